#pragma once

#include <cstdint>

// What one HTTP server may spend on its clients. Sizes in bytes, times in milliseconds.
struct HttpLimits {
    uint32_t head_bytes = 16 << 10; // request line and header fields together
    uint32_t fields = 64; // header fields of one request
    uint32_t chunk_extension_bytes = 256; // extensions of one chunk
    uint64_t body_bytes = uint64_t{64} << 20; // one body, whatever its route allows; counted while it streams
    uint64_t bodies_bytes = uint64_t{1} << 30; // bodies of all requests in flight together
    uint32_t head_ms = 5'000; // from the first byte of a request (for a new connection: from its start) to its blank line
    uint32_t body_grace_ms = 5'000; // a body may be as slow as it likes for so long,
    uint32_t body_bytes_per_second = 16 << 10; // then it must have kept this rate from its start
    uint32_t idle_ms = 15'000; // a connection between two requests
    uint32_t request_ms = 30'000; // from a request's head to its reply
    uint32_t write_stall_ms = 10'000; // a reply of which the client takes nothing
    uint32_t linger_ms = 2'000; // how long a refused body is read and dropped, so that the client sees the reply
    uint32_t drain_ms = 20'000; // from stop() to the end of the last connection
    uint32_t connections = 4'096; // open at once
    uint32_t connections_per_client = 64; // of one address (IPv6: one /64); loopback is excepted
    uint32_t waiting_connections = 512; // not yet accepted (the listen backlog)
};
