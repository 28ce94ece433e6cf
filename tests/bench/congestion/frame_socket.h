/* SPDX-License-Identifier: MIT */
/* A wire's end as a Unix socket of messages, a frame each: apart, as the stack's headers and the system's
 * socket headers do not go together. */
#ifndef CONGESTION_FRAME_SOCKET_H
#define CONGESTION_FRAME_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False: no room, the frame is lost, as on any full line. */
bool frame_socket_send(int fd, const void *frame, size_t len);
/* Length of a frame; 0: none now; -1: the other end is gone. */
long frame_socket_receive(int fd, void *frame, size_t max);
/* Until a frame comes, at most so long. */
void frame_socket_wait(int fd, uint64_t limit_ns);

#endif
