// The whole C surface of libcurl that Swift sees: the headers, and typed wrappers of the variadics.
// features.h and select.h come first: without them builds with CGRPC clash over fd_set.
#pragma once
#include <features.h>
#include <sys/select.h>

#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

// The names are put in brackets to get past curl's checking macros, which are no functions.

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
  return (curl_easy_setopt)(handle, option, value);
}

// For how many seconds what was read of a CA file is used for further connections. libcurl keeps it
// since 7.87, where it uses OpenSSL; else there is nothing to set.
static inline CURLcode ccurl_set_authority_age(CURL *handle, long seconds) {
#if LIBCURL_VERSION_NUM >= 0x075700
  CURLcode code = (curl_easy_setopt)(handle, CURLOPT_CA_CACHE_TIMEOUT, seconds);
  return code == CURLE_NOT_BUILT_IN || code == CURLE_UNKNOWN_OPTION ? CURLE_OK : code;
#else
  (void)handle;
  (void)seconds;
  return CURLE_OK;
#endif
}

static inline CURLcode ccurl_set_off(CURL *handle, CURLoption option, curl_off_t value) {
  return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
  return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return (curl_easy_setopt)(handle, option, value);
}

// PEM text instead of a file's name; libcurl keeps a copy.
static inline CURLcode ccurl_set_blob(
    CURL *handle, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return (curl_easy_setopt)(handle, option, &blob);
}

typedef size_t (*ccurl_write_function)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ccurl_set_write(CURL *handle, ccurl_write_function function, void *context) {
  CURLcode code = (curl_easy_setopt)(handle, CURLOPT_WRITEFUNCTION, function);
  return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_WRITEDATA, context);
}

// Without a function headers are not told of.
static inline CURLcode ccurl_set_header(
    CURL *handle, ccurl_write_function function, void *context) {
  CURLcode code = (curl_easy_setopt)(handle, CURLOPT_HEADERFUNCTION, function);
  return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_HEADERDATA, context);
}

static inline long ccurl_get_long(CURL *handle, CURLINFO info) {
  long value = 0;
  return (curl_easy_getinfo)(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline curl_off_t ccurl_get_off(CURL *handle, CURLINFO info) {
  curl_off_t value = 0;
  return (curl_easy_getinfo)(handle, info, &value) == CURLE_OK ? value : 0;
}

static inline const char *ccurl_get_string(CURL *handle, CURLINFO info) {
  const char *value = NULL;
  return (curl_easy_getinfo)(handle, info, &value) == CURLE_OK ? value : NULL;
}

static inline void *ccurl_get_pointer(CURL *handle, CURLINFO info) {
  char *value = NULL;
  return (curl_easy_getinfo)(handle, info, &value) == CURLE_OK ? value : NULL;
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return (curl_multi_setopt)(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_socket(
    CURLM *multi, curl_socket_callback function, void *context) {
  CURLMcode code = (curl_multi_setopt)(multi, CURLMOPT_SOCKETFUNCTION, function);
  return code != CURLM_OK ? code : (curl_multi_setopt)(multi, CURLMOPT_SOCKETDATA, context);
}

static inline CURLMcode ccurl_multi_set_timer(
    CURLM *multi, curl_multi_timer_callback function, void *context) {
  CURLMcode code = (curl_multi_setopt)(multi, CURLMOPT_TIMERFUNCTION, function);
  return code != CURLM_OK ? code : (curl_multi_setopt)(multi, CURLMOPT_TIMERDATA, context);
}

static inline CURLcode ccurl_set_open_socket(
    CURL *handle, curl_opensocket_callback function, void *context) {
  CURLcode code = (curl_easy_setopt)(handle, CURLOPT_OPENSOCKETFUNCTION, function);
  return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_OPENSOCKETDATA, context);
}

static inline CURLcode ccurl_set_close_socket(
    CURL *handle, curl_closesocket_callback function, void *context) {
  CURLcode code = (curl_easy_setopt)(handle, CURLOPT_CLOSESOCKETFUNCTION, function);
  return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_CLOSESOCKETDATA, context);
}

static inline CURLcode ccurl_set_resolver_start(
    CURL *handle, curl_resolver_start_callback function, void *context) {
  CURLcode code = (curl_easy_setopt)(handle, CURLOPT_RESOLVER_START_FUNCTION, function);
  return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_RESOLVER_START_DATA, context);
}

// Without it giving up a look-up waits until getaddrinfo has returned. There since 7.87.0.
static inline CURLcode ccurl_set_quick_exit(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return (curl_easy_setopt)(handle, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)handle;
  return CURLE_OK;
#endif
}

static inline CURLcode ccurl_set_prerequest(
    CURL *handle, curl_prereq_callback function, void *context) {
  CURLcode code = (curl_easy_setopt)(handle, CURLOPT_PREREQFUNCTION, function);
  return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_PREREQDATA, context);
}

// The IP address that a socket is asked for: 4 or 16 bytes in network order; 0 for another family.
// curl_sockaddr declares a plain sockaddr and keeps the longer ones behind it.
static inline int ccurl_peer_bytes(const struct curl_sockaddr *address, unsigned char bytes[16]) {
  if (address->family == AF_INET && address->addrlen >= sizeof(struct sockaddr_in)) {
    struct sockaddr_in v4;
    memcpy(&v4, &address->addr, sizeof v4);
    memcpy(bytes, &v4.sin_addr, 4);
    return 4;
  }
  if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
    struct sockaddr_in6 v6;
    memcpy(&v6, (const void *)&address->addr, sizeof v6);
    memcpy(bytes, &v6.sin6_addr, 16);
    return 16;
  }
  return 0;
}

// A message's result sits in a union, which Swift would import as two fields over each other.
static inline CURLcode ccurl_message_result(const CURLMsg *message) {
  return message->data.result;
}

// The calling thread's name, at most 15 bytes, as ps and gdb show it; prctl is a variadic too.
static inline void ccurl_name_thread(const char *name) {
  (void)prctl(PR_SET_NAME, name, 0, 0, 0);
}
