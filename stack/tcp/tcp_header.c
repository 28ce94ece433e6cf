// SPDX-License-Identifier: MIT
/*
 * The TCP header in front of a segment (RFC 9293, 3.1). Most segments of a connection carry no option
 * but the time stamp: those headers have one of two shapes, are written word by word, and are summed
 * while the words are in hand. All others (SYN, SACK blocks, signatures) take the long way.
 */
#include <net/tcp.h>

void tcp_csum_prepare(struct sk_buff *skb, const struct in6_addr *saddr,
		      const struct in6_addr *daddr)
{
	struct tcphdr *th = tcp_hdr(skb);
	/* For a super-segment the card adds each segment's own length. */
	const uint32_t len = skb->gso_size ? 0 : skb->len;

	const __be16 check = inet_af_ops(daddr)->csum_pseudo(saddr, daddr, len);

	/* With the word's other half, as csum_partial() reads it. */
	put_unaligned_be32((uint32_t)ntohs(check) << 16 | ntohs(th->urg_ptr), &th->check);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

static void syn_options(struct sock *sk, struct tcp_out_options *o, uint8_t flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct sysctl *s = sk_sysctl(sk);
	const bool synack = flags & TCPHDR_ACK; /* simultaneous open: only what the peer offered */

	o->mss = tp->advmss;
	o->tstamp = synack ? tp->rx_opt.tstamp_ok : s->tcp_timestamps;
	if (o->sign && o->sign->type == TCP_SIGN_MD5)
		o->tstamp = false; /* there is no room for SACK blocks beside both */
	o->sack_perm = synack ? tp->rx_opt.sack_ok : s->tcp_sack;
	o->wscale = synack ? tp->rx_opt.wscale_ok : s->tcp_window_scaling;
	o->ws = tp->rx_opt.rcv_wscale;
	if (!synack && tp->fastopen_req && tp->fastopen_req->cookie.len >= 0) {
		o->fastopen = &tp->fastopen_req->cookie;
		if (tcp_options_size(o) > MAX_TCP_OPTION_BYTES) {
			o->fastopen = NULL;
			return;
		}
		tp->syn_fastopen = true;
		tp->syn_fastopen_exp = o->fastopen->exp;
	}
}

static void established_options(struct sock *sk, struct tcp_out_options *o)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	o->tstamp = tp->rx_opt.tstamp_ok;
	if (!tp->rx_opt.num_sacks && !tp->rx_opt.dsack)
		return;
	o->num_sacks = (uint8_t)tcp_sack_blocks(tp);
	o->dsack = tp->rx_opt.dsack && o->num_sacks ? &tp->duplicate_sack : NULL;
	o->sacks = tp->selective_acks;
}

/* But for the checksum and the options. In words, as csum_partial() reads it. */
static void write_header(uint8_t *th, const struct sock *sk, uint32_t seq, uint32_t ack,
			 uint32_t header_len, uint8_t flags, uint16_t window, __be16 urg_ptr)
{
	put_unaligned_be32((uint32_t)sk->sk_num << 16 | ntohs(sk->sk_dport), th);
	put_unaligned_be32(seq, th + 4);
	put_unaligned_be32(ack, th + 8);
	put_unaligned_be32(header_len / 4 << 28 | (uint32_t)flags << 16 | window, th + 12);
	put_unaligned_be32(ntohs(urg_ptr), th + 16);
}

/* With all that an option list may have. */
static noinline void push_with_options(struct sock *sk, struct sk_buff *skb,
				       const struct tcp_skb_cb *tcb, uint8_t flags, __be16 urg_ptr)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct in6_addr *saddr = &inet_sk(sk)->inet_v6_saddr;
	struct tcp_out_options opts = {0};
	struct tcp_sign sign;
	uint32_t header_len;
	uint16_t window;
	uint8_t *th, *mac;

	if (tp->ao_info || !list_empty(&tp->md5_keys)) {
		tcp_auth_sign_sock(sk, tcb->tcp_flags, tcb->seq, &sign);
		opts.sign = &sign;
	}
	if (flags & TCPHDR_SYN)
		syn_options(sk, &opts, flags);
	else
		established_options(sk, &opts);
	opts.tsval = tcp_time_stamp_ms(tp) + tp->tsoffset;
	opts.tsecr = tp->rx_opt.ts_recent;
	header_len = TCP_BASE_HEADER + tcp_options_size(&opts);
	th = skb_push(skb, header_len);
	skb_reset_transport_header(skb);
	if (flags & TCPHDR_SYN) /* never scaled (RFC 7323, 2.2) */
		window = (uint16_t)min_u32(tp->rcv_wnd, 65535);
	else
		window = tcp_select_window(sk);
	write_header(th, sk, tcb->seq, flags & TCPHDR_ACK ? tp->rcv_nxt : 0, header_len, flags,
		     window, urg_ptr);
	mac = tcp_options_write(th + TCP_BASE_HEADER, &opts);
	if (mac)
		tcp_sign_segment(&sign, skb, saddr, &sk->sk_v6_daddr, mac);
	tcp_csum_prepare(skb, saddr, &sk->sk_v6_daddr);
}

static uint64_t put_word(uint8_t *p, uint32_t host_order)
{
	const uint32_t word = htonl(host_order);

	memcpy(p, &word, sizeof(word));
	return word;
}

/* Of addresses, protocol and length, below 2^35. */
static uint64_t pseudo_sum(const struct sock *sk, uint32_t len)
{
	const struct in6_addr *saddr = &inet_sk(sk)->inet_v6_saddr;

	if (likely(inet_csk(sk)->icsk_af_ops == &ipv4_specific))
		return (uint64_t)inet_sk(sk)->inet_saddr + sk->sk_daddr + htonl(IPPROTO_TCP) +
		       htonl(len);
	return csum_ipv6_nofold(saddr, &sk->sk_v6_daddr, len, IPPROTO_TCP, 0);
}

/* Whether to sum skb here: it is short and in one piece, and the card would not. */
static bool sums_itself(const struct sock *sk, const struct sk_buff *skb)
{
	const struct ip_route *rt = &inet_sk(sk)->route;

	return !skb->nr_frags && skb->len <= MAX_HEADER &&
	       rt->generation == sk->sk_net->route_generation &&
	       !(rt->dev->features & NETIF_F_HW_CSUM);
}

/* Completes the header at th, sum: of all its other words; or leaves the rest to what is below. */
static inline __attribute__((always_inline)) void put_check(const struct sock *sk,
							    struct sk_buff *skb, uint8_t *th,
							    uint32_t header_len, uint64_t sum,
							    __be16 urg_ptr)
{
	uint16_t check;

	if (sums_itself(sk, skb)) {
		sum += pseudo_sum(sk, skb->len) + urg_ptr;
		sum += csum_short(th + header_len, skb->len - header_len);
		check = csum_fold_wide(sum);
		if (!check) /* as skb_checksum_help() */
			check = 0xffff;
		skb->ip_summed = CHECKSUM_NONE;
	} else {
		check = (uint16_t)~csum_fold_wide(pseudo_sum(sk, skb->gso_size ? 0 : skb->len));
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = skb->transport_header;
		skb->csum_offset = offsetof(struct tcphdr, check);
	}
	put_unaligned_be32((uint32_t)ntohs(check) << 16 | ntohs(urg_ptr), th + 16);
}

/* An ACK without an option, or with the time stamp alone: two functions for the compiler. */
static inline __attribute__((always_inline)) void push_plain(struct sock *sk, struct sk_buff *skb,
							     const struct tcp_skb_cb *tcb,
							     uint8_t flags, __be16 urg_ptr,
							     bool tstamp)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const uint32_t header_len = TCP_BASE_HEADER + (tstamp ? TCPOLEN_TSTAMP_ALIGNED : 0);
	const uint16_t window = tcp_select_window(sk);
	uint8_t *th = skb_push(skb, header_len);
	uint64_t sum;

	skb_reset_transport_header(skb);
	sum = put_word(th, (uint32_t)sk->sk_num << 16 | ntohs(sk->sk_dport));
	sum += put_word(th + 4, tcb->seq);
	sum += put_word(th + 8, tp->rcv_nxt);
	sum += put_word(th + 12, header_len / 4 << 28 | (uint32_t)flags << 16 | window);
	if (tstamp) {
		sum += put_word(th + 20, TCPOPT_TSTAMP_WORD);
		sum += put_word(th + 24, tcp_time_stamp_ms(tp) + tp->tsoffset);
		sum += put_word(th + 28, tp->rx_opt.ts_recent);
	}
	put_check(sk, skb, th, header_len, sum, urg_ptr);
}

void tcp_push_header(struct sock *sk, struct sk_buff *skb, const struct tcp_skb_cb *tcb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	uint8_t flags = tcb->tcp_flags;
	__be16 urg_ptr = 0;

	if (skb->gso_size)
		flags |= TCPHDR_PSH; /* the card keeps it for the last segment only */
	if (tp->ecn_flags && !(flags & TCPHDR_SYN))
		flags |= tcp_ecn_send(sk, tcb, skb->len);
	if (unlikely(tp->snd_urg))
		flags |= tcp_urg_pointer(tp, tcb->seq, &urg_ptr);
	if (unlikely((flags & (TCPHDR_SYN | TCPHDR_ACK)) != TCPHDR_ACK || tp->rx_opt.num_sacks ||
		     tp->rx_opt.dsack || tp->ao_info || !list_empty(&tp->md5_keys)))
		push_with_options(sk, skb, tcb, flags, urg_ptr);
	else if (likely(tp->rx_opt.tstamp_ok))
		push_plain(sk, skb, tcb, flags, urg_ptr, true);
	else
		push_plain(sk, skb, tcb, flags, urg_ptr, false);
}
