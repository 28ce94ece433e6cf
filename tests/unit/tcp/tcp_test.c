// SPDX-License-Identifier: MIT
#include "tcp_test.h"

struct bench bench;
struct peer peer;

static const uint8_t peer_mac[ETH_ALEN] = {0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee};

/* ---- watching the wire ---- */

static void parse_options(struct seg *s, const uint8_t *p, unsigned int len)
{
	memcpy(s->options, p, len);
	s->options_len = len;
	while (len) {
		if (*p == TCPOPT_EOL)
			return;
		if (*p == TCPOPT_NOP) {
			p++;
			len--;
			continue;
		}
		ck_assert_uint_ge(len, 2);
		ck_assert_uint_ge(p[1], 2);
		ck_assert_uint_le(p[1], len);
		switch (p[0]) {
		case TCPOPT_MSS:
			s->has_mss = true;
			s->mss = get_unaligned_be16(p + 2);
			break;
		case TCPOPT_WINDOW:
			s->has_wscale = true;
			s->wscale = p[2];
			break;
		case TCPOPT_SACK_PERM:
			s->sack_perm = true;
			break;
		case TCPOPT_TIMESTAMP:
			s->has_ts = true;
			s->tsval = get_unaligned_be32(p + 2);
			s->tsecr = get_unaligned_be32(p + 6);
			break;
		case TCPOPT_SACK:
			s->sacks = (p[1] - 2u) / 8;
			for (unsigned int i = 0; i < s->sacks; i++) {
				s->sack[i].start_seq = get_unaligned_be32(p + 2 + i * 8);
				s->sack[i].end_seq = get_unaligned_be32(p + 6 + i * 8);
			}
			break;
		}
		len -= p[1];
		p += p[1];
	}
}

/* The peer that the test plays answers for its address. */
static void answer_arp(const uint8_t *frame)
{
	uint8_t reply[42];

	memcpy(reply, frame + 6, ETH_ALEN);
	memcpy(reply + 6, peer_mac, ETH_ALEN);
	memcpy(reply + 12, frame + 12, 8);
	put_unaligned_be16(2, reply + 20);
	memcpy(reply + 22, peer_mac, ETH_ALEN);
	memcpy(reply + 28, frame + 38, 4);
	memcpy(reply + 32, frame + 22, 10);
	memwire_inject(bench.wire, 0, reply, sizeof(reply));
}

/* The peer of a script is there; the frame asks for its IPv6 address. */
static void answer_solicitation(const uint8_t *frame)
{
	uint8_t reply[ETH_HLEN + sizeof(struct ipv6hdr) + 32] = {0};
	const struct ipv6hdr *asked = (const struct ipv6hdr *)(frame + ETH_HLEN);
	struct ipv6hdr *h = (struct ipv6hdr *)(reply + ETH_HLEN);
	uint8_t *na = (uint8_t *)(h + 1);
	uint16_t check;

	memcpy(reply, frame + 6, ETH_ALEN);
	memcpy(reply + 6, peer_mac, ETH_ALEN);
	put_unaligned_be16(ETH_P_IPV6, reply + 12);
	*h = (struct ipv6hdr){.flow = htonl(6u << 28),
			      .payload_len = htons(32),
			      .nexthdr = IPPROTO_ICMPV6,
			      .hop_limit = 255,
			      .saddr = addr6(ADDR_B),
			      .daddr = asked->saddr};
	na[0] = 136; /* neighbour advertisement, solicited, override */
	na[4] = 0x60;
	memcpy(na + 8, &h->saddr, 16);
	na[24] = 2;
	na[25] = 1;
	memcpy(na + 26, peer_mac, ETH_ALEN);
	check = csum_fold(csum_ipv6_nofold(&h->saddr, &h->daddr, 32, IPPROTO_ICMPV6,
					   csum_partial(na, 32, 0)));
	memcpy(na + 2, &check, 2);
	memwire_inject(bench.wire, 0, reply, sizeof(reply));
}

static void answer_neighbour(const uint8_t *frame)
{
	const struct ipv6hdr *h = (const struct ipv6hdr *)(frame + ETH_HLEN);
	const struct in6_addr peer6 = addr6(ADDR_B);

	if (bench.net[1]) /* it answers for itself */
		return;
	if (get_unaligned_be16(frame + 12) == ETH_P_ARP && get_unaligned_be16(frame + 20) == 1 &&
	    get_unaligned_be32(frame + 38) == ADDR_B)
		answer_arp(frame);
	if (get_unaligned_be16(frame + 12) == ETH_P_IPV6 && h->nexthdr == IPPROTO_ICMPV6 &&
	    *(const uint8_t *)(h + 1) == 135 && !memcmp((const uint8_t *)(h + 1) + 8, &peer6, 16))
		answer_solicitation(frame);
}

/* The TCP header of a frame and the length from there on, its checksum verified; NULL: not TCP. */
static const struct tcphdr *tcp_of(const uint8_t *frame, uint32_t *tcp_len)
{
	const struct iphdr *iph = (const struct iphdr *)(frame + ETH_HLEN);
	const struct ipv6hdr *h = (const struct ipv6hdr *)iph;
	const uint8_t *th;
	uint32_t sum;

	if (get_unaligned_be16(frame + 12) == ETH_P_IP && iph->protocol == IPPROTO_TCP) {
		th = (const uint8_t *)iph + iph->ihl * 4;
		*tcp_len = ntohs(iph->tot_len) - iph->ihl * 4u;
		sum = csum_tcpudp_nofold(iph->saddr, iph->daddr, *tcp_len, IPPROTO_TCP, 0);
	} else if (get_unaligned_be16(frame + 12) == ETH_P_IPV6 && h->nexthdr == IPPROTO_TCP) {
		th = (const uint8_t *)(h + 1);
		*tcp_len = ntohs(h->payload_len);
		sum = csum_ipv6_nofold(&h->saddr, &h->daddr, *tcp_len, IPPROTO_TCP, 0);
	} else {
		return NULL;
	}
	ck_assert_uint_eq(csum_fold(csum_partial(th, *tcp_len, sum)), 0);
	return (const struct tcphdr *)th;
}

/* Every segment on the wire must be well formed with a correct checksum (cards without TSO). */
static bool watch(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	const struct tcphdr *th;
	struct seg *s;
	uint32_t tcp_len;

	(void)ctx;
	answer_neighbour(frame);
	th = tcp_of(frame, &tcp_len);
	if (!th)
		return true;
	ck_assert_uint_ge(len, (uint32_t)((const uint8_t *)th - frame) + tcp_len);
	if (bench.seg_count == bench.seg_room) {
		bench.seg_room = bench.seg_room ? bench.seg_room * 2 : 1024;
		bench.segs = realloc(bench.segs, bench.seg_room * sizeof(*bench.segs));
	}
	s = &bench.segs[bench.seg_count++];
	*s = (struct seg){
		.time_ns = time_ns,
		.from = from,
		.seq = ntohl(th->seq),
		.ack = ntohl(th->ack_seq),
		.len = tcp_len - th->doff * 4u,
		.sport = ntohs(th->source),
		.dport = ntohs(th->dest),
		.window = ntohs(th->window),
		.urg_ptr = ntohs(th->urg_ptr),
		.flags = th->flags,
		.tos = bench.v6 ? (uint8_t)(get_unaligned_be16(frame + ETH_HLEN) >> 4)
				: frame[ETH_HLEN + 1],
	};
	parse_options(s, (const uint8_t *)(th + 1), th->doff * 4u - 20);
	if (!from && s->has_ts)
		bench.tsval_seen = s->tsval;
	return !bench.filter || bench.filter(s);
}

void forget_segs(void)
{
	bench.seg_count = 0;
}

const struct seg *seg_from(int side, unsigned int n)
{
	unsigned int seen = 0;

	for (unsigned int i = 0; i < bench.seg_count; i++)
		if (bench.segs[i].from == side && seen++ == n)
			return &bench.segs[i];
	ck_abort_msg("side %d sent only %u segments, not %u", side, seen, n + 1);
	return NULL;
}

unsigned int segs_from(int side)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < bench.seg_count; i++)
		n += bench.segs[i].from == side;
	return n;
}

unsigned int count_flags(int side, uint8_t flags)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < bench.seg_count; i++)
		n += bench.segs[i].from == side && (bench.segs[i].flags & flags) == flags;
	return n;
}

uint64_t mib(int side, enum net_mib which)
{
	return bench.net[side]->mib[which];
}

/* ---- benches ---- */

static void add_host(int side, const char *name)
{
	bench.host[side] = host_create(bench.world, name);
	bench.net[side] = host_net(bench.host[side]);
	bench.files[side] = files_create(bench.net[side], 0);
	bench.objects_at_start[side] = net_objects_alive(bench.net[side]);
}

/* IPv4 and, where it is asked for, IPv6. */
static void configure(int side, uint32_t addr)
{
	struct net_device *dev = memwire_dev(bench.wire, side);
	const struct in6_addr a = addr6(addr);

	ck_assert_int_eq(net_ipv4_configure(dev, addr, 24, 0), 0);
	if (!bench.v6)
		return;
	net_sysctl(bench.net[side])->ipv6_dad_transmits = 0;
	ck_assert_int_eq(net_ipv6_configure(dev, &a, 64, NULL), 0);
}

void pair_setup_with(const struct pair_options *o)
{
	struct memwire_options wire = o->wire;

	memset(&bench, 0, sizeof(bench));
	bench.world = host_world_create(
		&(struct host_world_options){.seed = o->seed ? o->seed : 1, .costs = o->costs});
	add_host(0, "a");
	add_host(1, "b");
	if (!wire.tap && !(wire.hw_features & NETIF_F_TSO))
		wire.tap = watch;
	bench.wire = memwire_create(bench.host[0], bench.host[1], &wire);
	ck_assert_ptr_nonnull(bench.wire);
	bench.v6 = o->v6;
	configure(0, ADDR_A);
	configure(1, ADDR_B);
	run_for(HOST_MS);
}

static void pair_setup_over(bool v6)
{
	pair_setup_with(&(struct pair_options){
		.v6 = v6,
		.wire = {.rate_mbps = 1000,
			 .delay_ns = 50 * HOST_US,
			 .hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM}});
}

void pair_setup(void)
{
	pair_setup_over(false);
}

void pair6_setup(void)
{
	pair_setup_over(true);
}

static void close_files(void *arg)
{
	files_destroy(arg);
}

/* All sockets closed and a maximum segment lifetime passed: nothing may be left. */
static void teardown(void)
{
	const int sides = bench.net[1] ? 2 : 1;

	for (int side = 0; side < sides; side++)
		host_spawn(bench.host[side], "close", close_files, bench.files[side]);
	ck_assert(host_run_tasks(bench.world, 1000 * HOST_SECOND));
	run_for(1200 * HOST_SECOND);
	for (int side = 0; side < sides; side++) {
		ck_assert_uint_eq(bench.net[side]->tcp->socks, 0);
		ck_assert_uint_eq(bench.net[side]->tcp->tw_count, 0);
		ck_assert_uint_eq(bench.net[side]->tcp->orphan_count, 0);
		ck_assert_uint_eq(net_objects_alive(bench.net[side]), bench.objects_at_start[side]);
	}
	memwire_destroy(bench.wire);
	host_world_destroy(bench.world); /* asserts that nothing is left */
	free(bench.segs);
}

void pair_teardown(void)
{
	bench.filter = NULL;
	memwire_set_loss(bench.wire, 0);
	teardown();
}

static void script_setup_over(bool v6)
{
	const struct memwire_options wire = {.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM,
					     .tap = watch};

	memset(&bench, 0, sizeof(bench));
	bench.world = host_world_create(&(struct host_world_options){.seed = 1});
	add_host(0, "a");
	bench.wire = memwire_create(bench.host[0], NULL, &wire);
	bench.v6 = v6;
	configure(0, ADDR_A);
	run_for(HOST_MS);

	forget_segs();
	peer = (struct peer){
		.port = 4000, .host_port = PORT, .seq = 1000, .window = 65535, .tsval = 100};
}

void script_setup(void)
{
	script_setup_over(false);
}

void script6_setup(void)
{
	script_setup_over(true);
}

void script_teardown(void)
{
	teardown();
}

/* ---- tasks and time ---- */

void task(int side, void (*fn)(void *arg), void *arg)
{
	host_spawn(bench.host[side], "test", fn, arg);
}

void run_tasks(unsigned int limit_s)
{
	ck_assert(host_run_tasks(bench.world, limit_s * HOST_SECOND));
}

void run_for(uint64_t ns)
{
	host_run_until(bench.world, host_now_ns(bench.world) + ns);
}

/* ---- socket calls that must succeed ---- */

struct sockaddr_in at(uint32_t addr, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(addr)}};
}

struct in6_addr addr6(uint32_t addr)
{
	struct in6_addr a = {.s6_addr = {0xfd}};

	if (addr == INADDR_LOOPBACK)
		return IN6ADDR_LOOPBACK;
	if (addr == INADDR_ANY)
		return IN6ADDR_ANY;
	a.s6_addr32[3] = htonl(addr);
	return a;
}

struct sockaddr_in6 at6(struct in6_addr addr, uint16_t port)
{
	return (struct sockaddr_in6){
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = addr};
}

int tcp_socket(int side)
{
	int fd = sys_socket(bench.files[side], bench.v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	return fd;
}

socklen_t endpoint(struct sockaddr_storage *out, uint32_t addr, uint16_t port)
{
	const struct sockaddr_in sin = at(addr, port);
	const struct sockaddr_in6 sin6 = at6(addr6(addr), port);

	if (bench.v6)
		memcpy(out, &sin6, sizeof(sin6));
	else
		memcpy(out, &sin, sizeof(sin));
	return bench.v6 ? sizeof(sin6) : sizeof(sin);
}

int bind_to(int side, int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_storage a;
	const socklen_t len = endpoint(&a, addr, port);

	return sys_bind(bench.files[side], fd, (struct sockaddr *)&a, len);
}

int connect_to(int side, int fd, uint32_t addr, uint16_t port)
{
	struct sockaddr_storage a;
	const socklen_t len = endpoint(&a, addr, port);

	return sys_connect(bench.files[side], fd, (struct sockaddr *)&a, len);
}

int listen_on(int side, uint16_t port, int backlog)
{
	int fd = tcp_socket(side);

	ck_assert_int_eq(bind_to(side, fd, INADDR_ANY, port), 0);
	ck_assert_int_eq(sys_listen(bench.files[side], fd, backlog), 0);
	return fd;
}

int accept_from(int side, int fd)
{
	int conn = sys_accept4(bench.files[side], fd, NULL, NULL, 0);

	ck_assert_msg(conn >= 0, "accept: %d", conn);
	return conn;
}

int dial(int side, uint32_t addr, uint16_t port)
{
	int fd = tcp_socket(side), err = connect_to(side, fd, addr, port);

	ck_assert_msg(!err, "connect: %d", err);
	return fd;
}

void write_all(int side, int fd, const void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		long n = sys_write(bench.files[side], fd, (const uint8_t *)buf + done, len - done);

		ck_assert_msg(n > 0, "write: %ld after %zu", n, done);
		done += (size_t)n;
	}
}

void read_all(int side, int fd, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		long n = sys_read(bench.files[side], fd, (uint8_t *)buf + done, len - done);

		ck_assert_msg(n > 0, "read: %ld after %zu of %zu", n, done, len);
		done += (size_t)n;
	}
}

int set_opt(int side, int fd, int level, int name, int value)
{
	return sys_setsockopt(bench.files[side], fd, level, name, &value, sizeof(value));
}

int get_opt(int side, int fd, int level, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	ck_assert_int_eq(sys_getsockopt(bench.files[side], fd, level, name, &value, &len), 0);
	ck_assert_uint_eq(len, sizeof(value));
	return value;
}

void set_nonblock(int side, int fd)
{
	ck_assert_int_eq(sys_fcntl(bench.files[side], fd, F_SETFL, O_NONBLOCK), 0);
}

void use_ca(int side, const char *name)
{
	char *ca = net_sysctl(bench.net[side])->tcp_congestion_control;

	snprintf(ca, TCP_CA_NAME_MAX, "%s", name);
}

struct tcp_info info_of(int side, int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	ck_assert_int_eq(sys_getsockopt(bench.files[side], fd, SOL_TCP, TCP_INFO, &info, &len), 0);
	ck_assert_uint_eq(len, sizeof(info));
	return info;
}

/* ---- the test stream ---- */

static uint64_t stream_word(uint32_t seed, uint64_t index)
{
	uint64_t x = (index + 1) * 0x9e3779b97f4a7c15ull ^ (uint64_t)seed << 32;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ull;
	return x ^ x >> 32;
}

uint8_t stream_byte(uint32_t seed, uint64_t at)
{
	return (uint8_t)(stream_word(seed, at / 8) >> at % 8 * 8);
}

void stream_fill(uint8_t *to, size_t len, uint32_t seed, uint64_t at)
{
	size_t i = 0;

	for (; i < len && (at + i) % 8; i++)
		to[i] = stream_byte(seed, at + i);
	for (; i + 8 <= len; i += 8) {
		uint64_t word = stream_word(seed, (at + i) / 8);

		memcpy(to + i, &word, 8);
	}
	for (; i < len; i++)
		to[i] = stream_byte(seed, at + i);
}

void stream_check(const uint8_t *got, size_t len, uint32_t seed, uint64_t at)
{
	uint8_t want[4096];

	for (size_t done = 0; done < len;) {
		size_t n = len - done < sizeof(want) ? len - done : sizeof(want);

		stream_fill(want, n, seed, at + done);
		if (memcmp(got + done, want, n))
			for (size_t i = 0; i < n; i++)
				ck_assert_msg(got[done + i] == want[i], "byte %llu differs",
					      (unsigned long long)(at + done + i));
		done += n;
	}
}

/* ---- the peer ---- */

/* The IP header for len bytes of TCP at th, whose checksum is filled; the frame's IP part. */
static uint32_t emit_ip(uint8_t *ip, struct tcphdr *th, uint32_t len)
{
	struct iphdr *iph = (struct iphdr *)ip;
	struct ipv6hdr *h = (struct ipv6hdr *)ip;

	if (bench.v6) {
		*h = (struct ipv6hdr){.flow = htonl(6u << 28 | (uint32_t)peer.tos << 20),
				      .payload_len = htons((uint16_t)len),
				      .nexthdr = IPPROTO_TCP,
				      .hop_limit = 64,
				      .saddr = addr6(ADDR_B),
				      .daddr = addr6(ADDR_A)};
		th->check = csum_fold(csum_ipv6_nofold(&h->saddr, &h->daddr, len, IPPROTO_TCP,
						       csum_partial(th, len, 0)));
		return sizeof(*h) + len;
	}
	th->check = csum_tcpudp_magic(htonl(ADDR_B), htonl(ADDR_A), len, IPPROTO_TCP,
				      csum_partial(th, len, 0));
	*iph = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tos = peer.tos,
		.ttl = 64,
		.protocol = IPPROTO_TCP,
		.tot_len = htons((uint16_t)(20 + len)),
		.saddr = htonl(ADDR_B),
		.daddr = htonl(ADDR_A),
	};
	iph->check = ip_fast_csum(iph, 5);
	return sizeof(*iph) + len;
}

static void emit(uint32_t seq, uint8_t flags, const void *options, unsigned int options_len,
		 const void *payload, uint32_t len)
{
	uint8_t frame[2048] = {0}, *ip = frame + ETH_HLEN;
	struct tcphdr *th =
		(struct tcphdr *)(ip + (bench.v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr)));
	uint8_t *opt = (uint8_t *)(th + 1);

	memcpy(frame, memwire_dev(bench.wire, 0)->dev_addr, ETH_ALEN);
	memcpy(frame + 6, peer_mac, ETH_ALEN);
	put_unaligned_be16(bench.v6 ? ETH_P_IPV6 : ETH_P_IP, frame + 12);
	if (peer.ts) {
		memcpy(opt, (const uint8_t[]){1, 1, TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP}, 4);
		put_unaligned_be32(peer.tsval, opt + 4);
		put_unaligned_be32(peer.tsecr, opt + 8);
		opt += 12;
	}
	if (options_len)
		memcpy(opt, options, options_len);
	opt += options_len;
	*th = (struct tcphdr){
		.source = htons(peer.port),
		.dest = htons(peer.host_port),
		.seq = htonl(seq),
		.ack_seq = flags & TCPHDR_ACK ? htonl(peer.ack) : 0,
		.doff = (uint32_t)(opt - (uint8_t *)th) / 4 & 0xf,
		.flags = flags,
		.window = htons(peer.window),
		.urg_ptr = htons(peer.urg_ptr),
	};
	if (len)
		memcpy(opt, payload, len);
	memwire_inject(bench.wire, 0, frame,
		       ETH_HLEN + emit_ip(ip, th, (uint32_t)(opt - (uint8_t *)th) + len));
}

void peer_send_opts(uint8_t flags, const void *options, unsigned int options_len,
		    const void *payload, uint32_t len)
{
	emit(peer.seq, flags, options, options_len, payload, len);
	peer.seq += len + !!(flags & TCPHDR_SYN) + !!(flags & TCPHDR_FIN);
}

void peer_send(uint8_t flags, const void *payload, uint32_t len)
{
	peer_send_opts(flags, NULL, 0, payload, len);
}

void peer_send_at(uint32_t seq, uint8_t flags, const void *payload, uint32_t len)
{
	emit(seq, flags, NULL, 0, payload, len);
}

void settle(void)
{
	host_sleep(bench.host[0], HOST_MS);
}

/* A SYN's options, time stamp apart. */
static unsigned int syn_options(uint8_t *to, bool sack, int wscale, uint16_t mss)
{
	unsigned int n = 0;

	if (mss) {
		to[n++] = TCPOPT_MSS;
		to[n++] = 4;
		to[n++] = (uint8_t)(mss >> 8);
		to[n++] = (uint8_t)mss;
	}
	if (sack) {
		to[n++] = TCPOPT_NOP;
		to[n++] = TCPOPT_NOP;
		to[n++] = TCPOPT_SACK_PERM;
		to[n++] = 2;
	}
	if (wscale >= 0) {
		to[n++] = TCPOPT_NOP;
		to[n++] = TCPOPT_WINDOW;
		to[n++] = 3;
		to[n++] = (uint8_t)wscale;
	}
	return n;
}

int script_connect(bool ts, bool sack, int wscale, uint16_t mss)
{
	uint8_t options[12];
	const struct seg *syn;
	int fd = tcp_socket(0);

	forget_segs();
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	syn = seg_from(0, 0);
	peer.host_port = syn->sport;
	peer.ack = syn->seq + 1;
	peer.ts = ts;
	peer.tsecr = syn->tsval;
	peer_send_opts(TCPHDR_SYN | TCPHDR_ACK, options, syn_options(options, sack, wscale, mss),
		       NULL, 0);
	settle();
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), 0);
	ck_assert_int_eq(sys_fcntl(bench.files[0], fd, F_SETFL, 0), 0);
	forget_segs();
	return fd;
}

int script_accept(bool ts, bool sack, int wscale, uint16_t mss)
{
	int listener = listen_on(0, PORT, 16), fd;
	uint8_t options[12];
	const struct seg *synack;

	forget_segs();
	peer.host_port = PORT;
	peer.ts = ts;
	peer_send_opts(TCPHDR_SYN, options, syn_options(options, sack, wscale, mss), NULL, 0);
	settle();
	synack = seg_from(0, 0);
	ck_assert_uint_eq(synack->flags, TCPHDR_SYN | TCPHDR_ACK);
	peer.ack = synack->seq + 1;
	peer.tsecr = synack->tsval;
	peer_send(TCPHDR_ACK, NULL, 0);
	fd = accept_from(0, listener);
	ck_assert_int_eq(sys_close(bench.files[0], listener), 0);
	forget_segs();
	return fd;
}

static void run_script(void *arg)
{
	void (**fn)(void) = arg;

	(*fn)();
}

void in_script(void (*fn)(void))
{
	task(0, run_script, &fn);
	run_tasks(100000);
}
