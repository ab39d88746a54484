// A Go peer: grpc-go as other external scalers use it, which decodes the request and looks the
// trigger up by namespace and name.
//
//	go-peer HOST:PORT [CERTIFICATE KEY]
package main

import (
	"context"
	"log"
	"net"
	"os"
	"sync"

	pb "externalscaler"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

type trigger struct {
	desiredReplicas float64
	isActive        bool
}

type scaler struct {
	mutex    sync.RWMutex
	triggers map[string]trigger
}

func (s *scaler) find(ref *pb.ScaledObjectRef) (trigger, error) {
	s.mutex.RLock()
	found, ok := s.triggers[ref.Namespace+"/"+ref.Name]
	s.mutex.RUnlock()
	if !ok || ref.ScalerMetadata["serverAddress"] == "" {
		return trigger{}, status.Error(codes.NotFound, "no such trigger")
	}
	return found, nil
}

func (s *scaler) IsActive(_ context.Context, ref *pb.ScaledObjectRef) (
	*pb.IsActiveResponse, error) {
	found, err := s.find(ref)
	if err != nil {
		return nil, err
	}
	return &pb.IsActiveResponse{Result: found.isActive}, nil
}

func (s *scaler) GetMetricSpec(_ context.Context, ref *pb.ScaledObjectRef) (
	*pb.GetMetricSpecResponse, error) {
	if _, err := s.find(ref); err != nil {
		return nil, err
	}
	return &pb.GetMetricSpecResponse{MetricSpecs: []*pb.MetricSpec{
		{MetricName: "desired-replicas", TargetSize: 1, TargetSizeFloat: 1}}}, nil
}

func (s *scaler) GetMetrics(_ context.Context, request *pb.GetMetricsRequest) (
	*pb.GetMetricsResponse, error) {
	found, err := s.find(request.ScaledObjectRef)
	if err != nil {
		return nil, err
	}
	return &pb.GetMetricsResponse{MetricValues: []*pb.MetricValue{{
		MetricName: request.MetricName, MetricValue: int64(found.desiredReplicas),
		MetricValueFloat: found.desiredReplicas}}}, nil
}

func (s *scaler) StreamIsActive(
	_ *pb.ScaledObjectRef, _ pb.ExternalScaler_StreamIsActiveServer) error {
	return status.Error(codes.Unimplemented, "no streams here")
}

func (s *scaler) StreamMetricSpec(
	_ *pb.ScaledObjectRef, _ pb.ExternalScaler_StreamMetricSpecServer) error {
	return status.Error(codes.Unimplemented, "no streams here")
}

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: go-peer HOST:PORT [CERTIFICATE KEY]")
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var options []grpc.ServerOption
	if len(os.Args) > 3 {
		tls, err := credentials.NewServerTLSFromFile(os.Args[2], os.Args[3])
		if err != nil {
			log.Fatal(err)
		}
		options = append(options, grpc.Creds(tls))
	}
	server := grpc.NewServer(options...)
	pb.RegisterExternalScalerServer(server, &scaler{
		triggers: map[string]trigger{"inference/llm-inference": {20, true}}})
	log.Fatal(server.Serve(listener))
}
