// SPDX-License-Identifier: MIT
#include "frame_socket.h"
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#define SECOND_NS 1000000000ull

bool frame_socket_send(int fd, const void *frame, size_t len)
{
	return send(fd, frame, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
}

long frame_socket_receive(int fd, void *frame, size_t max)
{
	const ssize_t n = recv(fd, frame, max, MSG_DONTWAIT);

	if (n > 0)
		return n;
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

void frame_socket_wait(int fd, uint64_t limit_ns)
{
	struct pollfd in = {fd, POLLIN, 0};
	const struct timespec limit = {.tv_sec = (time_t)(limit_ns / SECOND_NS),
				       .tv_nsec = (long)(limit_ns % SECOND_NS)};

	ppoll(&in, 1, &limit, NULL);
}
