// SPDX-License-Identifier: MIT
#include "apps/iperf3/internal.h"

#include <string.h>

#define DESCRIPTORS_MAX 512u /* twice 128 streams, and some */

int iperf3_fail(struct iperf3_test *t, int err, const char *why)
{
	if (!t->error) {
		t->error = why;
		t->error_code = err;
	}
	return err;
}

int iperf3_test_init(struct iperf3_test *t, const struct iperf3_place *place,
		     struct files_struct *files)
{
	*t = (struct iperf3_test){
		.place = place,
		.port = net_port(place->net),
		.files = files ? files : files_create(place->net, DESCRIPTORS_MAX),
		.owns_files = !files,
		.control_fd = -1,
		.epoll_fd = -1,
		.listen_fd = -1,
	};
	t->connected = json_array();
	t->intervals = json_array();
	if (t->files)
		t->epoll_fd = sys_epoll_create1(t->files, 0);
	return t->epoll_fd >= 0 && t->connected && t->intervals
		       ? 0
		       : iperf3_fail(t, -ENOMEM, "no memory");
}

int iperf3_test_control(struct iperf3_test *t, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	const int one = 1;
	int err;

	t->control_fd = fd;
	err = sys_setsockopt(t->files, fd, SOL_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!err)
		err = sys_fcntl(t->files, fd, F_SETFL, O_RDWR | O_NONBLOCK);
	if (!err)
		err = sys_epoll_ctl(t->files, t->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	return err ? iperf3_fail(t, err, "the control socket does not take its options") : 0;
}

int iperf3_test_allocate(struct iperf3_test *t)
{
	t->stream_room = t->set.streams * (t->set.bidirectional ? 2 : 1);
	t->buffer_bytes = t->set.block_bytes;
	t->streams = port_alloc(t->port, t->stream_room * sizeof(*t->streams));
	t->buffer = port_alloc(t->port, t->buffer_bytes);
	if (!t->streams || !t->buffer)
		return iperf3_fail(t, -ENOMEM, "no memory for streams and blocks");
	t->port->ops->random(t->port, t->buffer, t->buffer_bytes);
	return 0;
}

void iperf3_test_free(struct iperf3_test *t)
{
	iperf3_streams_close(t);
	if (t->streams)
		port_free(t->port, t->streams, t->stream_room * sizeof(*t->streams));
	if (t->buffer)
		port_free(t->port, t->buffer, t->buffer_bytes);
	json_decref(t->connected);
	json_decref(t->intervals);
	json_decref(t->server_output);
	if (t->epoll_fd >= 0)
		sys_close(t->files, t->epoll_fd);
	if (t->control_fd >= 0)
		sys_close(t->files, t->control_fd);
	if (t->owns_files && t->files)
		files_destroy(t->files);
}
