// SPDX-License-Identifier: MIT
/*
 * linux_end sink: takes all that comes.
 * linux_end send ADDRESS CONTROL FLOWS START_NS SECONDS: as many flows send, from START_NS of CLOCK_MONOTONIC
 * on, as fast as this machine's Linux lets them; their samples (sample.h) go to the standard output.
 * Runs in a network namespace of the measurement's (bottleneck.py).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "sample.h"

#define SECOND_NS   1000000000ull
#define CHUNK_BYTES 65536

static void fail(const char *what)
{
	fprintf(stderr, "linux_end: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Until it is killed. */
static void sink(void)
{
	const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(CONGESTION_PORT)};
	struct pollfd fds[2 * CONGESTION_FLOWS_MAX + 1];
	static uint8_t bytes[16 * CHUNK_BYTES];
	nfds_t n = 1;

	fds[0] = (struct pollfd){socket(AF_INET, SOCK_STREAM, 0), POLLIN, 0};
	if (bind(fds[0].fd, (const struct sockaddr *)&any, sizeof(any)) ||
	    listen(fds[0].fd, CONGESTION_FLOWS_MAX))
		fail("listen");
	puts("ready");
	fflush(stdout);
	while (poll(fds, n, -1) > 0) {
		for (nfds_t i = 1; i < n; i++)
			if (fds[i].revents && read(fds[i].fd, bytes, sizeof(bytes)) <= 0)
				fds[i].fd = -1; /* poll leaves it out */
		if (fds[0].revents && n < sizeof(fds) / sizeof(fds[0]))
			fds[n++] = (struct pollfd){accept(fds[0].fd, NULL, NULL), POLLIN, 0};
	}
}

static int dial(const char *address, const char *control)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(CONGESTION_PORT)};

	inet_pton(AF_INET, address, &to.sin_addr);
	if (setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, control, (socklen_t)strlen(control)))
		fail(control);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS)
		fail(address);
	return fd;
}

static void sample(const struct pollfd *fds, unsigned int flows, uint64_t now_ns)
{
	for (unsigned int i = 0; i < flows; i++) {
		struct tcp_info info = {0};
		socklen_t len = sizeof(info);

		if (getsockopt(fds[i].fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			fail("TCP_INFO");
		PRINT_SAMPLE(now_ns, i, info);
	}
}

static void fill(int fd)
{
	static const uint8_t bytes[CHUNK_BYTES];

	while (write(fd, bytes, sizeof(bytes)) > 0)
		;
	if (errno != EAGAIN)
		fail("write");
}

static void send_flows(const char *address, const char *control, unsigned int flows,
		       uint64_t start_ns, uint64_t run_ns)
{
	const struct timespec start = {.tv_sec = (time_t)(start_ns / SECOND_NS),
				       .tv_nsec = (long)(start_ns % SECOND_NS)};
	const uint64_t end_ns = start_ns + run_ns;
	struct pollfd fds[CONGESTION_FLOWS_MAX];
	uint64_t now_ns, sample_ns = start_ns;

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL);
	for (unsigned int i = 0; i < flows; i++)
		fds[i] = (struct pollfd){dial(address, control), POLLOUT, 0};
	while ((now_ns = monotonic_ns()) < end_ns) {
		if (now_ns >= sample_ns) {
			sample(fds, flows, now_ns);
			sample_ns += SAMPLE_EVERY_NS;
			continue;
		}
		const struct timespec limit = {.tv_nsec = (long)(sample_ns - now_ns)};

		if (ppoll(fds, flows, &limit, NULL) <= 0)
			continue;
		for (unsigned int i = 0; i < flows; i++)
			if (fds[i].revents)
				fill(fds[i].fd);
	}
}

int main(int argc, char **argv)
{
	const int flows = argc == 7 ? atoi(argv[4]) : 0;

	if (argc == 2 && !strcmp(argv[1], "sink")) {
		sink();
	} else if (argc == 7 && !strcmp(argv[1], "send") && flows > 0 &&
		   flows <= CONGESTION_FLOWS_MAX) {
		send_flows(argv[2], argv[3], (unsigned int)flows, strtoull(argv[5], NULL, 10),
			   strtoull(argv[6], NULL, 10) * SECOND_NS);
	} else {
		fprintf(stderr,
			"usage: linux_end sink | send ADDRESS CONTROL FLOWS START_NS SECONDS\n");
		return 2;
	}
	return 0;
}
