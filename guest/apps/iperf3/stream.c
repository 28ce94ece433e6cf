// SPDX-License-Identifier: MIT
/*
 * Streams: sockets that carry data in one direction. UDP datagrams begin with the time at which they
 * were sent (seconds and microseconds) and a number that counts from 1, big endian.
 */
#include "apps/iperf3/internal.h"

#include <string.h>

#define HEADER_BYTES_32 12u

int iperf3_stream_options(struct iperf3_test *t, int fd)
{
	const struct iperf3_settings *s = &t->set;
	const int window = (int)s->window_bytes, mss = (int)s->mss, tos = (int)s->tos;
	int err = 0;

	if (window) {
		err = sys_setsockopt(t->files, fd, SOL_SOCKET, SO_SNDBUF, &window, sizeof(window));
		if (!err)
			err = sys_setsockopt(t->files, fd, SOL_SOCKET, SO_RCVBUF, &window,
					     sizeof(window));
	}
	if (!err && mss && !s->udp)
		err = sys_setsockopt(t->files, fd, SOL_TCP, TCP_MAXSEG, &mss, sizeof(mss));
	/* Of the two families' options a socket knows one or both. */
	if (tos && !err && sys_setsockopt(t->files, fd, SOL_IP, IP_TOS, &tos, sizeof(tos)))
		err = sys_setsockopt(t->files, fd, SOL_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	else if (tos && !err)
		sys_setsockopt(t->files, fd, SOL_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	return err;
}

/* Options of a connected socket. An algorithm that this stack lacks is not an error, as for iperf3. */
static int connected_options(struct iperf3_test *t, int fd)
{
	const struct iperf3_settings *s = &t->set;
	const int one = 1;
	const uint64_t rate = s->fq_rate_bps / 8;
	socklen_t len = sizeof(t->congestion_used);
	int err = sys_fcntl(t->files, fd, F_SETFL, O_RDWR | O_NONBLOCK);

	if (!err && rate)
		err = sys_setsockopt(t->files, fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate,
				     sizeof(rate));
	if (err || s->udp)
		return err;
	if (s->no_delay)
		err = sys_setsockopt(t->files, fd, SOL_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!err && s->congestion[0]) {
		err = sys_setsockopt(t->files, fd, SOL_TCP, TCP_CONGESTION, s->congestion,
				     (socklen_t)strlen(s->congestion));
		if (err == -ENOENT)
			err = 0;
	}
	if (!err)
		err = sys_getsockopt(t->files, fd, SOL_TCP, TCP_CONGESTION, t->congestion_used,
				     &len);
	return err;
}

/* iperf3 numbers its streams 1, 3, 4, 5, ... */
static int next_id(const struct iperf3_test *t)
{
	return t->stream_count ? (int)t->stream_count + 2 : 1;
}

int iperf3_stream_add(struct iperf3_test *t, int fd, bool sender)
{
	struct iperf3_stream *s = &t->streams[t->stream_count];
	struct epoll_event event = {.events = sender ? 0 : EPOLLIN, .data.ptr = s};
	int err = connected_options(t, fd);

	if (!err)
		err = sys_epoll_ctl(t->files, t->epoll_fd, EPOLL_CTL_ADD, fd, &event);
	if (err) {
		sys_close(t->files, fd);
		return iperf3_fail(t, err, "a stream's socket does not take its options");
	}
	*s = (struct iperf3_stream){.fd = fd, .id = next_id(t), .sender = sender};
	t->stream_count++;
	iperf3_report_stream(t, s);
	return 0;
}

void iperf3_streams_close(struct iperf3_test *t)
{
	for (unsigned int i = 0; i < t->stream_count; i++) {
		if (t->streams[i].fd >= 0)
			sys_close(t->files, t->streams[i].fd);
		t->streams[i].fd = -1;
	}
}

void iperf3_stream_take_info(struct iperf3_test *t, struct iperf3_stream *s)
{
	struct tcp_info *info = &s->info;
	socklen_t len = sizeof(*info);

	if (t->set.udp || !s->sender || s->fd < 0 ||
	    sys_getsockopt(t->files, s->fd, SOL_TCP, TCP_INFO, info, &len))
		return;
	s->own.retransmits = info->tcpi_total_retrans - s->retransmits_before;
	if (info->tcpi_snd_cwnd * info->tcpi_snd_mss > s->cwnd_max)
		s->cwnd_max = info->tcpi_snd_cwnd * info->tcpi_snd_mss;
	if (info->tcpi_snd_wnd > s->wnd_max)
		s->wnd_max = info->tcpi_snd_wnd;
	if (info->tcpi_rtt > s->rtt_max)
		s->rtt_max = info->tcpi_rtt;
	if (!s->rtt_count || info->tcpi_rtt < s->rtt_min)
		s->rtt_min = info->tcpi_rtt;
	s->rtt_sum += info->tcpi_rtt;
	s->rtt_count++;
}

/* ---- data ---- */

static void put_be32(uint8_t *to, uint32_t value)
{
	const uint32_t word = htonl(value);

	memcpy(to, &word, sizeof(word));
}

static uint32_t get_be32(const uint8_t *from)
{
	uint32_t word;

	memcpy(&word, from, sizeof(word));
	return ntohl(word);
}

static void write_header(struct iperf3_test *t, uint64_t number, uint64_t now)
{
	uint8_t *at = t->buffer;

	put_be32(at, (uint32_t)(now / NS_PER_S));
	put_be32(at + 4, (uint32_t)(now % NS_PER_S / 1000));
	if (t->set.counters_64bit) {
		put_be32(at + 8, (uint32_t)(number >> 32));
		put_be32(at + 12, (uint32_t)number);
	} else {
		put_be32(at + 8, (uint32_t)number);
	}
}

static long send_datagram(struct iperf3_test *t, struct iperf3_stream *s, uint64_t now)
{
	long n;

	write_header(t, s->own.packets + s->omitted.packets + 1, now);
	n = sys_write(t->files, s->fd, t->buffer, t->set.block_bytes);
	if (n == -ENOBUFS || n == -ENOMEM)
		return -EAGAIN;
	if (n == -ECONNREFUSED) /* an ICMP error of one before it: this one is not sent */
		return -EAGAIN;
	if (n > 0)
		s->own.packets++;
	return n;
}

static long send_bytes(struct iperf3_test *t, struct iperf3_stream *s)
{
	const uint32_t left = s->block_left ? s->block_left : t->set.block_bytes;
	const long n = sys_write(t->files, s->fd, t->buffer, left);

	if (n <= 0)
		return n;
	if (!s->block_left) {
		t->bytes_begun += left;
		t->blocks_begun++;
	}
	s->block_left = left - (uint32_t)n;
	return n;
}

long iperf3_stream_send(struct iperf3_test *t, struct iperf3_stream *s, uint64_t now)
{
	const long n = t->set.udp ? send_datagram(t, s, now) : send_bytes(t, s);

	if (n <= 0)
		return n;
	s->own.bytes += (uint64_t)n;
	s->paced_bytes += (uint64_t)n;
	t->sent += (uint64_t)n;
	t->blocks_sent += !s->block_left;
	t->moved_ns = now;
	return n;
}

/* RFC 3550 section 6.4.1: a running mean of how much the time under way changes. */
static void take_transit(struct iperf3_stream *s, int64_t transit_ns)
{
	const int64_t change = transit_ns - s->transit_ns;
	const int64_t size = change < 0 ? -change : change;

	if (s->transit_known)
		s->own.jitter_ns += (uint64_t)((size - (int64_t)s->own.jitter_ns) / 16);
	s->transit_ns = transit_ns;
	s->transit_known = true;
}

/* A number that is behind others makes good for one that was missed. */
static void take_number(struct iperf3_stream *s, uint64_t number)
{
	if (number > s->packet_seen) {
		s->own.lost += number - s->packet_seen - 1;
		s->own.packets += number - s->packet_seen;
		s->packet_seen = number;
		return;
	}
	s->own.out_of_order++;
	if (s->own.lost)
		s->own.lost--;
}

static void take_datagram(struct iperf3_test *t, struct iperf3_stream *s, size_t len)
{
	const uint8_t *at = t->buffer;
	const uint64_t sent_ns = get_be32(at) * NS_PER_S + get_be32(at + 4) % 1000000u * 1000ull;
	uint64_t number = get_be32(at + 8);

	if (t->set.counters_64bit)
		number = number << 32 | get_be32(at + 12);
	s->own.bytes += len;
	t->received += len;
	take_number(s, number);
	take_transit(s, (int64_t)(now_ns(t) - sent_ns));
}

long iperf3_stream_receive(struct iperf3_test *t, struct iperf3_stream *s)
{
	const size_t header = t->set.counters_64bit ? UDP_HEADER_BYTES : HEADER_BYTES_32;
	const long n = sys_read(t->files, s->fd, t->buffer, t->buffer_bytes);

	if (t->set.udp && n == -ECONNREFUSED)
		return -EAGAIN;
	if (n <= 0 || !t->counting)
		return n;
	t->moved_ns = now_ns(t);
	t->blocks_received++;
	if (!t->set.udp) {
		s->own.bytes += (uint64_t)n;
		t->received += (uint64_t)n;
	} else if ((size_t)n >= header) { /* anything shorter is nobody's */
		take_datagram(t, s, (size_t)n);
	}
	return n;
}
