// SPDX-License-Identifier: MIT
/* TCP-MD5 (RFC 2385) and TCP-AO (RFC 5925): vectors, connections, refusals, changing keys. */
#include "tcp_test.h"
#include <nettle/md5.h>
#include "rfc9235.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static size_t unhex(const char *hex, uint8_t *to)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned int byte;

		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		to[i] = (uint8_t)byte;
	}
	return n;
}

/* ---- vectors ---- */

static void hash_vectors(void)
{
	/* RFC 1321, A.5; RFC 2202, 3, case 2; RFC 4493, 4, example 3. */
	static const uint8_t aes_key[] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
					  0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c};
	uint8_t want[20], got[20], msg[40];
	struct crypto_piece p[2] = {{"a", 1}, {"bc", 2}};

	unhex("900150983cd24fb0d6963f7d28e17f72", want);
	crypto_md5(p, 2, got);
	ck_assert_mem_eq(got, want, 16);
	p[0] = (struct crypto_piece){"what do ya want", 15};
	p[1] = (struct crypto_piece){" for nothing?", 13};
	unhex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", want);
	crypto_hmac_sha1("Jefe", 4, p, 2, got);
	ck_assert_mem_eq(got, want, 20);
	unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411",
	      msg);
	p[0] = (struct crypto_piece){msg, 7};
	p[1] = (struct crypto_piece){msg + 7, 33};
	unhex("dfa66747de9ae63030ca32611497c827", want);
	crypto_cmac_aes128(aes_key, p, 2, got);
	ck_assert_mem_eq(got, want, 16);
}

START_TEST(hashes_give_their_rfcs_results)
{
	hash_vectors();
}
END_TEST

/* The TCP segment of a packet as sk_buff; payload in a fragment of its own where there is some. */
static struct sk_buff *segment_of(const uint8_t *packet, size_t len, unsigned int ip_len)
{
	const struct tcphdr *th = (const struct tcphdr *)(packet + ip_len);
	const uint32_t header_len = th->doff * 4u, payload = (uint32_t)len - ip_len - header_len;
	struct sk_buff *skb = alloc_skb(bench.net[0], MAX_HEADER);
	struct skb_data *block;

	memcpy(skb_put(skb, header_len), th, header_len);
	skb_reset_transport_header(skb);
	if (payload) {
		block = skb_data_alloc(host_port(bench.host[0]), 4096);
		memcpy(block->bytes, (const uint8_t *)th + header_len, payload);
		ck_assert(skb_add_frag(skb, block, 0, payload));
	}
	return skb;
}

static void check_vector(const struct ao_vector *v)
{
	struct tcp_ao_key key = {.alg = v->alg,
				 .maclen = 12,
				 .keylen = 10,
				 .keyflags = v->options_excluded ? TCP_AO_KEYF_EXCLUDE_OPT : 0};
	uint8_t packet[256] = {0}, traffic_key[20], want[20], mac[20];
	const size_t len = unhex(v->packet, packet);
	const bool v4 = packet[0] >> 4 == 4;
	struct in6_addr saddr, daddr;
	struct tcp_option_walk w;
	const struct tcphdr *th;
	struct tcp_ao_ends ends;
	struct sk_buff *skb;
	size_t n;

	memcpy(key.key, "testvector", 10);
	if (v4) {
		__be32 a[2];

		memcpy(a, packet + 12, 8);
		saddr = in6_from_v4(a[0]);
		daddr = in6_from_v4(a[1]);
	} else {
		memcpy(&saddr, packet + 8, 16);
		memcpy(&daddr, packet + 24, 16);
	}
	local_bh_disable(bench.net[0]);
	skb = segment_of(packet, len, v4 ? 20 : 40);
	th = tcp_hdr(skb);
	ends = (struct tcp_ao_ends){&saddr,	     &daddr,  ntohs(th->source),
				    ntohs(th->dest), v->sisn, v->disn};
	tcp_ao_traffic_key(&key, &ends, traffic_key);
	n = unhex(v->traffic_key, want);
	ck_assert_msg(!memcmp(traffic_key, want, n), "traffic key of %s", v->section);
	w = tcp_options_of(th);
	do
		ck_assert(tcp_next_option(&w));
	while (w.kind != TCPOPT_AO);
	tcp_ao_mac(&key, traffic_key, 0, &saddr, &daddr, skb, w.value + 2, mac);
	n = unhex(v->mac, want);
	ck_assert_msg(!memcmp(mac, want, n), "MAC of %s", v->section);
	ck_assert_mem_eq(w.value + 2, want, n);
	/* Any flipped bit, and the other half of the numbers, makes another. */
	tcp_ao_mac(&key, traffic_key, 1, &saddr, &daddr, skb, w.value + 2, mac);
	ck_assert(memcmp(mac, want, n));
	skb->data[4] ^= 1;
	tcp_ao_mac(&key, traffic_key, 0, &saddr, &daddr, skb, w.value + 2, mac);
	ck_assert(memcmp(mac, want, n));
	consume_skb(skb);
	local_bh_enable(bench.net[0]);
}

static void rfc9235(void)
{
	for (unsigned int i = 0; i < ROWS(ao_vectors); i++)
		check_vector(&ao_vectors[i]);
}

START_TEST(tcp_ao_gives_rfc_9235s_keys_and_macs)
{
	in_script(rfc9235);
}
END_TEST

START_TEST(sequence_numbers_extend_over_the_wrap)
{
	struct tcp_ao_sne e = {0xfffffff0u, 7};

	ck_assert_uint_eq(tcp_ao_sne_of(&e, 0xffffff00u), 7);
	ck_assert_uint_eq(tcp_ao_sne_of(&e, 0xffffffffu), 7);
	ck_assert_uint_eq(tcp_ao_sne_of(&e, 5), 8); /* ahead */
	tcp_ao_sne_follow(&e, 5);
	ck_assert_uint_eq(e.sne, 8);
	ck_assert_uint_eq(tcp_ao_sne_of(&e, 0xfffffff0u), 7); /* a late one */
	ck_assert_uint_eq(tcp_ao_sne_of(&e, 0x7fffffffu), 8);
	for (uint64_t at = 5; at < 5ull << 32; at += 1u << 30)
		tcp_ao_sne_follow(&e, (uint32_t)at);
	ck_assert_uint_eq(e.sne, 8 + 4);
}
END_TEST

/* ---- options ---- */

static struct sockaddr_storage peer_addr(uint32_t addr)
{
	struct sockaddr_storage s = {0};
	struct sockaddr_in sin = at(addr, 0);

	memcpy(&s, &sin, sizeof(sin));
	return s;
}

static int set_md5(int side, int fd, uint32_t addr, const char *key)
{
	struct tcp_md5sig m = {.tcpm_addr = peer_addr(addr), .tcpm_keylen = (uint16_t)strlen(key)};

	memcpy(m.tcpm_key, key, strlen(key));
	return sys_setsockopt(bench.files[side], fd, SOL_TCP, TCP_MD5SIG, &m, sizeof(m));
}

static struct tcp_ao_add ao_key(uint32_t addr, const char *alg, uint8_t sndid, uint8_t rcvid,
				const char *key)
{
	struct tcp_ao_add a = {.addr = peer_addr(addr),
			       .prefix = 32,
			       .sndid = sndid,
			       .rcvid = rcvid,
			       .keylen = (uint8_t)strlen(key)};

	memcpy(a.alg_name, alg, strlen(alg));
	memcpy(a.key, key, strlen(key));
	return a;
}

static int set_ao(int side, int fd, const struct tcp_ao_add *a)
{
	return sys_setsockopt(bench.files[side], fd, SOL_TCP, TCP_AO_ADD_KEY, a, sizeof(*a));
}

static int add_ao(int side, int fd, uint32_t addr, uint8_t sndid, uint8_t rcvid, const char *key)
{
	struct tcp_ao_add a = ao_key(addr, "hmac(sha1)", sndid, rcvid, key);

	return set_ao(side, fd, &a);
}

static struct tcp_ao_info_opt ao_info(int side, int fd)
{
	struct tcp_ao_info_opt info;
	socklen_t len = sizeof(info);

	ck_assert_int_eq(sys_getsockopt(bench.files[side], fd, SOL_TCP, TCP_AO_INFO, &info, &len),
			 0);
	return info;
}

static int set_info(int side, int fd, const struct tcp_ao_info_opt *info)
{
	return sys_setsockopt(bench.files[side], fd, SOL_TCP, TCP_AO_INFO, info, sizeof(*info));
}

static void md5_refusals(void)
{
	struct tcp_md5sig m = {.tcpm_addr = peer_addr(ADDR_B), .tcpm_keylen = 81};
	struct tcp_ao_add a = ao_key(ADDR_B, "hmac(sha1)", 1, 1, "k");
	struct files_struct *f = bench.files[0];
	int fd = tcp_socket(0);

	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_MD5SIG, &m, sizeof(m) - 1), -EINVAL);
	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_MD5SIG, &m, sizeof(m)), -EINVAL);
	ck_assert_int_eq(set_md5(0, fd, ADDR_B, ""), -ENOENT);
	ck_assert_int_eq(set_md5(0, fd, ADDR_B, "key"), 0);
	ck_assert_int_eq(set_ao(0, fd, &a), -EKEYREJECTED);
	ck_assert_int_eq(set_md5(0, fd, ADDR_B, ""), 0);
	ck_assert_int_eq(set_ao(0, fd, &a), 0);
	ck_assert_int_eq(set_md5(0, fd, ADDR_B, "key"), -EKEYREJECTED);
	m.tcpm_keylen = 3;
	m.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
	m.tcpm_prefixlen = 33;
	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_MD5SIG_EXT, &m, sizeof(m)), -EINVAL);
	m.tcpm_prefixlen = 24; /* 10.0.0.2 is no net's address */
	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_MD5SIG_EXT, &m, sizeof(m)), -EINVAL);
	m.tcpm_addr.ss_family = AF_INET6;
	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_MD5SIG, &m, sizeof(m)), -EINVAL);
}

START_TEST(md5_keys_are_checked)
{
	in_script(md5_refusals);
}
END_TEST

static void ao_refusals(void)
{
	struct files_struct *f = bench.files[0];
	struct tcp_ao_add a = ao_key(ADDR_B, "hmac(sha1)", 1, 2, "secret"), b;
	struct tcp_ao_info_opt info = {.set_current = 1, .current_key = 9};
	struct tcp_ao_del del = {.addr = peer_addr(ADDR_B), .prefix = 32, .sndid = 1, .rcvid = 2};
	struct tcp_ao_getsockopt get[2] = {{.get_all = 1}};
	socklen_t len = sizeof(get);
	int fd = tcp_socket(0);

	ck_assert_int_eq(sys_getsockopt(f, fd, SOL_TCP, TCP_AO_INFO, get, &len), -ENOENT);
	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_AO_DEL_KEY, &del, sizeof(del)),
			 -ENOENT);
	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_AO_ADD_KEY, &a, sizeof(a) - 8),
			 -EINVAL);
	b = ao_key(ADDR_B, "hmac(md4)", 1, 2, "secret");
	ck_assert_int_eq(set_ao(0, fd, &b), -ENOENT);
	b = a;
	b.reserved = 1;
	ck_assert_int_eq(set_ao(0, fd, &b), -EINVAL);
	b = a;
	b.keylen = 81;
	ck_assert_int_eq(set_ao(0, fd, &b), -EINVAL);
	b = a;
	b.prefix = 33;
	ck_assert_int_eq(set_ao(0, fd, &b), -EINVAL);
	b = a;
	b.maclen = 17;
	ck_assert_int_eq(set_ao(0, fd, &b), -EMSGSIZE);
	b = a;
	b.keyflags = 0x80;
	ck_assert_int_eq(set_ao(0, fd, &b), -EINVAL);
	ck_assert_int_eq(set_ao(0, fd, &a), 0);
	ck_assert_int_eq(set_ao(0, fd, &a), -EEXIST);
	b = a;
	b.sndid = 5; /* the name it receives by is taken */
	ck_assert_int_eq(set_ao(0, fd, &b), -EEXIST);
	ck_assert_int_eq(set_info(0, fd, &info), -ENOENT);
	info.current_key = 1;
	ck_assert_int_eq(set_info(0, fd, &info), 0);
	ck_assert_uint_eq(ao_info(0, fd).current_key, 1);
	ck_assert_uint_eq(ao_info(0, fd).set_rnext, 0);
	ck_assert_int_eq(sys_setsockopt(f, fd, SOL_TCP, TCP_AO_DEL_KEY, &del, sizeof(del)), -EBUSY);
	ck_assert_int_eq(sys_getsockopt(f, fd, SOL_TCP, TCP_AO_GET_KEYS, get, &len), 0);
	ck_assert_uint_eq(len, sizeof(get[0]));
	ck_assert_uint_eq(get[0].nkeys, 1);
	ck_assert_uint_eq(get[0].maclen, 12);
	ck_assert_uint_eq(get[0].prefix, 32);
	ck_assert_str_eq(get[0].alg_name, "hmac(sha1)");
	ck_assert_mem_eq(get[0].key, "secret", 6);
	ck_assert(get[0].is_current && !get[0].is_rnext);
}

START_TEST(ao_keys_are_checked)
{
	in_script(ao_refusals);
}
END_TEST

/* ---- connections ---- */

enum { TRANSFER = 300000 };

static const uint8_t *option_of(const struct seg *s, uint8_t kind)
{
	for (unsigned int i = 0; i + 1 < s->options_len && s->options[i];) {
		if (s->options[i] == kind)
			return s->options + i;
		i += s->options[i] == TCPOPT_NOP ? 1 : s->options[i + 1];
	}
	return NULL;
}

/* What a pair of tasks does: keys are set by `prepare` (fd is the listener on side 1). */
static struct {
	void (*prepare)(int side, int fd);
	int cookies; /* tcp_syncookies of the server */
	int conn[2];
} plan;

static void auth_server(void *arg)
{
	static uint8_t buf[TRANSFER];
	int l = listen_on(1, PORT, 8), fd;

	(void)arg;
	plan.prepare(1, l);
	fd = plan.conn[1] = accept_from(1, l);
	read_all(1, fd, buf, TRANSFER);
	stream_check(buf, TRANSFER, 1, 0);
	write_all(1, fd, buf, TRANSFER);
	ck_assert_int_eq(sys_read(bench.files[1], fd, buf, 1), 0);
}

static void auth_client(void *arg)
{
	static uint8_t buf[TRANSFER];
	int fd = tcp_socket(0);

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	plan.conn[0] = fd;
	plan.prepare(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, PORT), 0);
	stream_fill(buf, TRANSFER, 1, 0);
	write_all(0, fd, buf, TRANSFER);
	read_all(0, fd, buf, TRANSFER);
	stream_check(buf, TRANSFER, 1, 0);
}

static void transfer(void (*prepare)(int side, int fd))
{
	plan.prepare = prepare;
	bench.net[1]->sysctl.tcp_syncookies = (uint32_t)plan.cookies;
	task(1, auth_server, NULL);
	task(0, auth_client, NULL);
	host_run_until(bench.world, host_now_ns(bench.world) + 20 * HOST_SECOND);
}

/* All has gone through, signed: the server waits for the end, which close brings. */
static void end_transfer(uint8_t kind)
{
	for (unsigned int i = 0; i < bench.seg_count; i++)
		ck_assert_ptr_nonnull(option_of(&bench.segs[i], kind));
	sys_close(bench.files[0], plan.conn[0]);
}

static void closer(void *arg)
{
	end_transfer(*(uint8_t *)arg);
}

static void finish(uint8_t kind)
{
	task(0, closer, &kind);
	run_tasks(100);
	/* Up to the last ACK, TIME_WAIT's too. */
	run_for(HOST_SECOND);
	for (unsigned int i = 0; i < bench.seg_count; i++)
		ck_assert_ptr_nonnull(option_of(&bench.segs[i], kind));
}

static void md5_both(int side, int fd)
{
	ck_assert_int_eq(set_md5(side, fd, side ? ADDR_A : ADDR_B, "bgp secret"), 0);
}

/* Independently of the stack: RFC 2385, 2.0, on the bytes of the frame. */
static bool md5_right(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	const struct iphdr *iph = (const struct iphdr *)(frame + ETH_HLEN);
	const uint8_t *tcp = frame + ETH_HLEN + 20;
	uint8_t pseudo[12] = {0}, header[20], digest[16];
	struct md5_ctx md5;
	uint32_t tcp_len;

	(void)from;
	(void)len;
	(void)time_ns;
	if (get_unaligned_be16(frame + 12) != ETH_P_IP || iph->protocol != IPPROTO_TCP)
		return true;
	tcp_len = ntohs(iph->tot_len) - 20u;
	memcpy(pseudo, frame + ETH_HLEN + 12, 8);
	pseudo[9] = 6;
	pseudo[10] = (uint8_t)(tcp_len >> 8);
	pseudo[11] = (uint8_t)tcp_len;
	memcpy(header, tcp, 20);
	header[16] = header[17] = 0;
	md5_init(&md5);
	md5_update(&md5, 12, pseudo);
	md5_update(&md5, 20, header);
	md5_update(&md5, tcp_len - (tcp[12] >> 4) * 4u, tcp + (tcp[12] >> 4) * 4);
	md5_update(&md5, 10, (const uint8_t *)"bgp secret");
	md5_digest(&md5, 16, digest);
	ck_assert_uint_eq(tcp[20], TCPOPT_NOP);
	ck_assert_uint_eq(tcp[21], TCPOPT_NOP);
	ck_assert_uint_eq(tcp[22], TCPOPT_MD5SIG);
	ck_assert_uint_eq(tcp[23], 18);
	ck_assert_mem_eq(tcp + 24, digest, 16);
	++*(unsigned int *)ctx;
	return true;
}

START_TEST(md5_signs_every_segment_as_rfc_2385_says)
{
	static unsigned int seen; /* of the tear-down too */

	memwire_set_tap(bench.wire, md5_right, &seen);
	transfer(md5_both);
	ck_assert_uint_gt(seen, 2 * TRANSFER / 1448);
	finish(TCPOPT_MD5SIG);
	ck_assert_uint_eq(MIB(0, TcpExtTCPMD5Failure) + MIB(1, TcpExtTCPMD5Failure), 0);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
}
END_TEST

START_TEST(md5_segments_are_smaller_by_the_option)
{
	transfer(md5_both);
	finish(TCPOPT_MD5SIG);
	ck_assert(!seg_from(0, 0)->has_ts);
	for (unsigned int i = 0, full = 0; i < bench.seg_count; i++) {
		ck_assert_uint_le(bench.segs[i].len, 1440);
		full += bench.segs[i].len == 1440;
		if (i + 1 == bench.seg_count)
			ck_assert_uint_gt(full, 300);
	}
}
END_TEST

START_TEST(md5_works_with_syn_cookies)
{
	plan.cookies = 2;
	transfer(md5_both);
	finish(TCPOPT_MD5SIG);
	ck_assert_uint_eq(MIB(1, TcpExtSyncookiesRecv), 1);
}
END_TEST

static void md5_by_net(int side, int fd)
{
	struct tcp_md5sig m = {.tcpm_addr = peer_addr(0x0a000000),
			       .tcpm_flags = TCP_MD5SIG_FLAG_PREFIX,
			       .tcpm_prefixlen = 24,
			       .tcpm_keylen = 10};

	memcpy(m.tcpm_key, "bgp secret", 10);
	ck_assert_int_eq(
		sys_setsockopt(bench.files[side], fd, SOL_TCP, TCP_MD5SIG_EXT, &m, sizeof(m)), 0);
	/* Another net's key must not be taken. */
	m.tcpm_addr = peer_addr(0x0a000100);
	m.tcpm_key[0] = 'X';
	ck_assert_int_eq(
		sys_setsockopt(bench.files[side], fd, SOL_TCP, TCP_MD5SIG_EXT, &m, sizeof(m)), 0);
}

START_TEST(an_md5_key_may_be_a_whole_nets)
{
	transfer(md5_by_net);
	finish(TCPOPT_MD5SIG);
}
END_TEST

/* A listener with a key; what the scripted peer sends unsigned or wrongly signed is not heard. */
static void md5_unsigned(void)
{
	static const uint8_t wrong[20] = {TCPOPT_NOP, TCPOPT_NOP, TCPOPT_MD5SIG, 18, 1, 2, 3};
	int l = listen_on(0, PORT, 8), open;

	ck_assert_int_eq(set_md5(0, l, ADDR_B, "secret"), 0);
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPMD5NotFound), 1);
	peer_send_opts(TCPHDR_SYN, wrong, sizeof(wrong), NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPMD5Failure), 1);
	/* Nobody with a key there: no RST that could not be believed. */
	peer.host_port = PORT + 1;
	peer_send_opts(TCPHDR_SYN, wrong, sizeof(wrong), NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	/* A listener without a key for this peer. */
	open = listen_on(0, PORT + 1, 8);
	ck_assert_int_eq(set_md5(0, open, 0x0a000099, "other"), 0);
	peer_send_opts(TCPHDR_SYN, wrong, sizeof(wrong), NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPMD5Unexpected), 1);
	peer_send(TCPHDR_SYN, NULL, 0);
	settle();
	ck_assert_uint_eq(segs_from(0), 1);
}

START_TEST(unsigned_and_wrongly_signed_segments_are_not_heard)
{
	in_script(md5_unsigned);
}
END_TEST

static void forged(void)
{
	int fd = script_accept(true, true, 7, 1460);

	/* The key comes with the connection up: from now on unsigned is not heard. */
	ck_assert_int_eq(set_md5(0, fd, ADDR_B, "secret"), 0);
	peer_send(TCPHDR_RST, NULL, 0);
	peer_send(TCPHDR_ACK | TCPHDR_PSH, "evil", 4);
	settle();
	ck_assert_uint_eq(info_of(0, fd).tcpi_state, TCP_ESTABLISHED);
	ck_assert_uint_eq(MIB(0, TcpExtTCPMD5NotFound), 2);
	ck_assert_uint_eq(info_of(0, fd).tcpi_bytes_received, 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, 1460 - 12 - 20);
	ck_assert_int_eq(set_md5(0, fd, ADDR_B, ""), 0);
	ck_assert_uint_eq(info_of(0, fd).tcpi_snd_mss, 1460 - 12);
}

START_TEST(a_forged_rst_does_not_reset_a_signed_connection)
{
	in_script(forged);
}
END_TEST

static void ao_sha1(int side, int fd)
{
	ck_assert_int_eq(
		add_ao(side, fd, side ? ADDR_A : ADDR_B, side ? 2 : 1, side ? 1 : 2, "master key"),
		0);
}

static void ao_cmac(int side, int fd)
{
	struct tcp_ao_add a = ao_key(side ? ADDR_A : ADDR_B, "cmac(aes128)", 7, 7, "any length");

	ck_assert_int_eq(set_ao(side, fd, &a), 0);
}

static void ao_cmac16_no_options(int side, int fd)
{
	struct tcp_ao_add a =
		ao_key(side ? ADDR_A : ADDR_B, "cmac(aes128)", 7, 7, "sixteen bytes ok");

	a.maclen = 16;
	a.keyflags = TCP_AO_KEYF_EXCLUDE_OPT;
	ck_assert_int_eq(set_ao(side, fd, &a), 0);
}

static void (*const ao_plans[])(int, int) = {ao_sha1, ao_cmac, ao_cmac16_no_options};

START_TEST(tcp_ao_signs_every_segment)
{
	transfer(ao_plans[_i]);
	ck_assert_uint_eq(ao_info(0, plan.conn[0]).pkt_bad, 0);
	ck_assert_uint_gt(ao_info(0, plan.conn[0]).pkt_good, TRANSFER / 1448);
	ck_assert_uint_gt(ao_info(1, plan.conn[1]).pkt_good, TRANSFER / 1448);
	finish(TCPOPT_AO);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAOBad) + MIB(1, TcpExtTCPAOBad), 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAORequired) + MIB(1, TcpExtTCPAORequired), 0);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs) + MIB(1, TcpRetransSegs), 0);
}
END_TEST

START_TEST(tcp_ao_works_with_syn_cookies)
{
	plan.cookies = 2;
	transfer(ao_sha1);
	finish(TCPOPT_AO);
	ck_assert_uint_eq(MIB(1, TcpExtSyncookiesRecv), 1);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAOBad) + MIB(1, TcpExtTCPAOBad), 0);
}
END_TEST

START_TEST(tcp_ao_names_its_keys)
{
	transfer(ao_sha1);
	finish(TCPOPT_AO);
	for (unsigned int i = 0; i < bench.seg_count; i++) {
		const uint8_t *o = option_of(&bench.segs[i], TCPOPT_AO);

		ck_assert_uint_eq(o[1], 16);
		ck_assert_uint_eq(o[2], bench.segs[i].from ? 2 : 1); /* SendID */
		ck_assert_uint_eq(o[3],
				  bench.segs[i].from ? 1 : 2); /* RecvID of what is asked for */
	}
}
END_TEST

static bool lose_tenth(const struct seg *s)
{
	static uint32_t n;

	(void)s;
	return (++n * 2654435761u) >> 28;
}

START_TEST(tcp_ao_over_a_lossy_wire_loses_no_byte)
{
	bench.filter = lose_tenth;
	transfer(ao_sha1);
	host_run_until(bench.world, host_now_ns(bench.world) + 100 * HOST_SECOND);
	finish(TCPOPT_AO);
	ck_assert_uint_gt(MIB(0, TcpRetransSegs) + MIB(1, TcpRetransSegs), 0);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAOBad) + MIB(1, TcpExtTCPAOBad), 0);
}
END_TEST

/* ---- key rollover ---- */

static void rollover_echo(void *arg)
{
	char buf[8];
	int l = listen_on(1, PORT, 8), fd;

	(void)arg;
	ao_sha1(1, l);
	ck_assert_int_eq(add_ao(1, l, ADDR_A, 12, 11, "next key"), 0);
	fd = plan.conn[1] = accept_from(1, l);
	while (sys_read(bench.files[1], fd, buf, 4) == 4)
		write_all(1, fd, buf, 4);
}

static void ping(int fd)
{
	char buf[8];

	forget_segs();
	write_all(0, fd, "ping", 4);
	read_all(0, fd, buf, 4);
}

static void ids_are(int from, uint8_t keyid, uint8_t rnext)
{
	const uint8_t *o = option_of(seg_from(from, 0), TCPOPT_AO);

	ck_assert_uint_eq(o[2], keyid);
	ck_assert_uint_eq(o[3], rnext);
}

static void rollover_client(void *arg)
{
	const struct tcp_ao_info_opt next = {.set_rnext = 1, .rnext = 12};
	struct tcp_ao_del del = {.addr = peer_addr(ADDR_B), .prefix = 32, .sndid = 1, .rcvid = 2};
	int fd = tcp_socket(0);

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	ao_sha1(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, PORT), 0);
	ping(fd);
	ids_are(0, 1, 2);
	ids_are(1, 2, 1);
	/* A new key on a live connection; we ask the peer to use it, and it does. */
	ck_assert_int_eq(add_ao(0, fd, ADDR_B, 11, 12, "next key"), 0);
	ck_assert_int_eq(set_info(0, fd, &next), 0);
	ping(fd);
	ids_are(0, 1, 12);
	ids_are(1, 12, 1);
	/* We follow when the peer asks for it. */
	ck_assert_int_eq(
		set_info(1, plan.conn[1], &(struct tcp_ao_info_opt){.set_rnext = 1, .rnext = 11}),
		0);
	ping(fd);
	ping(fd);
	ids_are(0, 11, 12);
	ids_are(1, 12, 11);
	/* The old key is not needed any more. */
	ck_assert_int_eq(
		sys_setsockopt(bench.files[0], fd, SOL_TCP, TCP_AO_DEL_KEY, &del, sizeof(del)), 0);
	ping(fd);
	ck_assert_uint_eq(ao_info(0, fd).current_key, 11);
	ck_assert_uint_eq(ao_info(0, fd).pkt_bad, 0);
	sys_close(bench.files[0], fd);
}

START_TEST(keys_roll_over_on_a_live_connection)
{
	task(1, rollover_echo, NULL);
	task(0, rollover_client, NULL);
	run_tasks(100);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAOBad) + MIB(1, TcpExtTCPAOBad), 0);
	ck_assert_uint_eq(MIB(0, TcpRetransSegs), 0);
}
END_TEST

/* ---- refusals ---- */

static void wrong_key(int side, int fd)
{
	ck_assert_int_eq(add_ao(side, fd, side ? ADDR_A : ADDR_B, 1, 1, side ? "right" : "wrong"),
			 0);
}

static void other_id(int side, int fd)
{
	ck_assert_int_eq(add_ao(side, fd, side ? ADDR_A : ADDR_B, side ? 3 : 1, side ? 3 : 1, "k"),
			 0);
}

static void server_only(int side, int fd)
{
	if (side)
		ck_assert_int_eq(add_ao(side, fd, ADDR_A, 1, 1, "k"), 0);
}

static void client_only(int side, int fd)
{
	if (!side)
		ck_assert_int_eq(add_ao(side, fd, ADDR_B, 1, 1, "k"), 0);
}

static void deaf_server(void *arg)
{
	int l = listen_on(1, PORT, 8);

	(void)arg;
	plan.prepare(1, l);
	host_sleep(bench.host[1], 60 * HOST_SECOND);
	ck_assert_uint_eq(info_of(1, l).tcpi_unacked, 0);
}

static void refused_client(void *arg)
{
	int fd = tcp_socket(0);

	(void)arg;
	host_sleep(bench.host[0], HOST_MS);
	plan.prepare(0, fd);
	set_opt(0, fd, SOL_TCP, TCP_SYNCNT, 2);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, PORT), -ETIMEDOUT);
}

static const struct {
	void (*prepare)(int, int);
	int which; /* counter of the server, which counts each of three SYNs */
} mismatches[] = {
	{wrong_key, MIB_TcpExtTCPAOBad},
	{other_id, MIB_TcpExtTCPAOKeyNotFound},
	{server_only, MIB_TcpExtTCPAORequired},
};

START_TEST(without_the_right_key_nothing_is_answered)
{
	plan.prepare = mismatches[_i].prepare;
	task(1, deaf_server, NULL);
	task(0, refused_client, NULL);
	run_tasks(100);
	ck_assert_uint_eq(segs_from(1), 0);
	ck_assert_uint_eq(mib(1, (enum net_mib)mismatches[_i].which), 3);
}
END_TEST

START_TEST(a_client_that_wants_ao_takes_no_unsigned_answer)
{
	plan.prepare = client_only;
	task(1, deaf_server, NULL);
	task(0, refused_client, NULL);
	run_tasks(100);
	ck_assert_uint_gt(segs_from(1), 0); /* the server knows of no key at all */
	ck_assert_uint_ge(MIB(0, TcpExtTCPAORequired), 1);
}
END_TEST

static void required(void)
{
	const struct tcp_ao_info_opt info = {.ao_required = 1};
	struct tcp_ao_add a = ao_key(0x0a000063, "hmac(sha1)", 1, 1, "k");
	int fd = tcp_socket(0);

	ck_assert_int_eq(set_info(0, fd, &info), 0);
	ck_assert_int_eq(set_ao(0, fd, &a), 0); /* somebody else's */
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EKEYREJECTED);
	settle();
	ck_assert_uint_eq(segs_from(0), 0);
}

START_TEST(ao_required_forbids_a_connection_without)
{
	in_script(required);
}
END_TEST

static void only_matching(void)
{
	struct tcp_ao_add a = ao_key(0x0a000063, "hmac(sha1)", 1, 1, "k");
	int fd = tcp_socket(0);

	ck_assert_int_eq(set_ao(0, fd, &a), 0);
	set_nonblock(0, fd);
	ck_assert_int_eq(connect_to(0, fd, ADDR_B, peer.port), -EINPROGRESS);
	settle();
	ck_assert_ptr_null(option_of(seg_from(0, 0), TCPOPT_AO));
	ck_assert_int_eq(add_ao(0, fd, ADDR_B, 2, 2, "late"), -EINVAL);
}

START_TEST(keys_of_other_peers_are_forgotten_at_connect)
{
	in_script(only_matching);
}
END_TEST

/* Each allocation fails in turn, on both sides of a connection to itself. */
static void out_of_memory(void)
{
	struct files_struct *f = bench.files[0];
	int l = listen_on(0, PORT, 16);
	char buf[8];

	ck_assert_int_eq(add_ao(0, l, INADDR_LOOPBACK, 1, 1, "k"), 0);
	ck_assert_int_eq(add_ao(0, l, INADDR_LOOPBACK, 2, 2, "k2"), 0);
	set_nonblock(0, l);
	for (uint64_t n = 0; n < 60; n++) {
		int fd, conn;

		host_fail_alloc_after(bench.host[0], n);
		fd = sys_socket(f, AF_INET, SOCK_STREAM, 0);
		if (fd >= 0) {
			set_nonblock(0, fd);
			add_ao(0, fd, INADDR_LOOPBACK, 1, 1, "k");
			connect_to(0, fd, INADDR_LOOPBACK, PORT);
			sys_write(f, fd, "hello", 5);
			conn = sys_accept4(f, l, NULL, NULL, SOCK_NONBLOCK);
			if (conn >= 0) {
				sys_read(f, conn, buf, sizeof(buf));
				sys_close(f, conn);
			}
			sys_close(f, fd);
		}
		host_fail_alloc_after(bench.host[0], UINT64_MAX);
		while ((conn = sys_accept4(f, l, NULL, NULL, SOCK_NONBLOCK)) >= 0)
			sys_close(f, conn);
	}
	ck_assert_uint_gt(MIB(0, TcpPassiveOpens), 10);
	ck_assert_uint_gt(MIB(0, TcpExtTCPAOGood), 100);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAOBad), 0);
	sys_close(f, l);
}

START_TEST(every_failed_allocation_with_keys_is_survived)
{
	in_script(out_of_memory);
	run_for(1200 * HOST_SECOND); /* orphans and TIME_WAIT have keys too */
	ck_assert_uint_eq(bench.net[0]->tcp->auth_keys, 0);
}
END_TEST

/* ---- the number wraps ---- */

static uint16_t port_near_wrap(void)
{
	const struct in6_addr a = in6_from_v4(htonl(ADDR_A)), b = in6_from_v4(htonl(ADDR_B));

	for (uint32_t port = 1024; port < 65536; port++)
		if (tcp_isn(bench.net[0], &a, &b, (uint16_t)port, PORT) > 0u - 250000)
			return (uint16_t)port;
	ck_abort_msg("no port with a number near the wrap");
	return 0;
}

static const struct tcp_sock *find_connection(int side)
{
	const struct inet_hashinfo *h = &bench.net[side]->tcp->hashinfo;
	const struct sock_common *c;

	for (unsigned int i = 0; i < h->ehash_size; i++)
		list_for_each_entry(c, &h->ehash[i], skc_node)
			if (c->skc_state == TCP_ESTABLISHED)
				return (const struct tcp_sock *)c;
	return NULL;
}

static void bound_near_wrap(int side, int fd)
{
	ao_sha1(side, fd);
	if (!side)
		ck_assert_int_eq(bind_to(0, fd, ADDR_A, port_near_wrap()), 0);
}

START_TEST(the_sequence_number_extension_counts_wraps)
{
	transfer(bound_near_wrap);
	ck_assert_uint_eq(find_connection(0)->ao_info->snd.sne, 1);
	ck_assert_uint_eq(find_connection(1)->ao_info->rcv.sne, 1);
	ck_assert_uint_eq(find_connection(1)->ao_info->snd.sne, 0);
	finish(TCPOPT_AO);
	ck_assert_uint_eq(MIB(0, TcpExtTCPAOBad) + MIB(1, TcpExtTCPAOBad), 0);
}
END_TEST

static void pair_plan(void)
{
	memset(&plan, 0, sizeof(plan));
	plan.cookies = 1;
	pair_setup();
}

Suite *auth_suite(void)
{
	Suite *s = suite_create("auth");
	TCase *script = tcase_create("script"), *pair = tcase_create("pair");

	tcase_add_checked_fixture(script, script_setup, script_teardown);
	tcase_add_test(script, hashes_give_their_rfcs_results);
	tcase_add_test(script, tcp_ao_gives_rfc_9235s_keys_and_macs);
	tcase_add_test(script, sequence_numbers_extend_over_the_wrap);
	tcase_add_test(script, md5_keys_are_checked);
	tcase_add_test(script, ao_keys_are_checked);
	tcase_add_test(script, unsigned_and_wrongly_signed_segments_are_not_heard);
	tcase_add_test(script, a_forged_rst_does_not_reset_a_signed_connection);
	tcase_add_test(script, ao_required_forbids_a_connection_without);
	tcase_add_test(script, keys_of_other_peers_are_forgotten_at_connect);
	tcase_add_test(script, every_failed_allocation_with_keys_is_survived);
	tcase_add_checked_fixture(pair, pair_plan, pair_teardown);
	tcase_add_test(pair, md5_signs_every_segment_as_rfc_2385_says);
	tcase_add_test(pair, md5_segments_are_smaller_by_the_option);
	tcase_add_test(pair, md5_works_with_syn_cookies);
	tcase_add_test(pair, an_md5_key_may_be_a_whole_nets);
	tcase_add_loop_test(pair, tcp_ao_signs_every_segment, 0, (int)ROWS(ao_plans));
	tcase_add_test(pair, tcp_ao_works_with_syn_cookies);
	tcase_add_test(pair, tcp_ao_names_its_keys);
	tcase_add_test(pair, tcp_ao_over_a_lossy_wire_loses_no_byte);
	tcase_add_test(pair, keys_roll_over_on_a_live_connection);
	tcase_add_loop_test(pair, without_the_right_key_nothing_is_answered, 0,
			    (int)ROWS(mismatches));
	tcase_add_test(pair, a_client_that_wants_ao_takes_no_unsigned_answer);
	tcase_add_test(pair, the_sequence_number_extension_counts_wraps);
	suite_add_tcase(s, script);
	suite_add_tcase(s, pair);
	return s;
}
