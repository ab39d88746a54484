# Builds the scaler and leaves the build behind: the image holds the binary and the four libraries.
FROM swift:6.3-bookworm AS build
RUN apt-get update --quiet=2 \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends \
    libgrpc-dev libprotobuf-c-dev libcurl4-openssl-dev pkg-config \
  && rm --recursive --force /var/lib/apt/lists/*
WORKDIR /build
COPY Package.swift ./
COPY Sources ./Sources
# The manifest names the test targets, so their directories have to be there; none is built.
COPY Tests ./Tests
RUN swift build --configuration release --static-swift-stdlib --product keda-burst-scaler \
    -Xlinker -z -Xlinker now \
  && install --strip .build/release/keda-burst-scaler /usr/local/bin/keda-burst-scaler

FROM debian:bookworm-slim
RUN apt-get update --quiet=2 \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends \
    ca-certificates libcurl4 libgrpc29 libprotobuf-c1 \
  && rm --recursive --force /var/lib/apt/lists/*
COPY --from=build /usr/local/bin/keda-burst-scaler /usr/local/bin/keda-burst-scaler
USER 65532:65532
# gRPC for KEDA; /metrics, /healthz, /readyz and the page.
EXPOSE 6000 8080
ENTRYPOINT ["/usr/local/bin/keda-burst-scaler"]
CMD ["serve"]
