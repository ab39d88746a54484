#pragma once

#include <stdint.h>

// How many TCP connections the process takes from its listeners through `accept4`, which in this
// program is gRPC core alone. See connection_gate.c for why that is not left to the core.

/// Most connections open at once; further ones are reset as they come. 0: no limit.
void connection_gate_set_limit(int32_t limit);

/// Connections taken and still open. One `fstat` for each.
int32_t connection_gate_open(void);

/// Connections reset because `limit` were open.
uint64_t connection_gate_refused(void);

/// Connections reset because the process had no file descriptor left.
uint64_t connection_gate_starved(void);

/// Bytes that are read of one connection before the others have their turn. 0: all that is there.
void connection_gate_set_turn(int32_t bytes);
