// SPDX-License-Identifier: MIT
/* Every TCP socket of a network, as `ss -ti` tells it: names and order of its items. */
#include <net/tcp.h>
#include <net/tcp_diag.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- collecting ---- */

static void common(const struct sock_common *c, struct tcp_diag *d)
{
	*d = (struct tcp_diag){
		.saddr = c->skc_v6_rcv_saddr,
		.daddr = c->skc_v6_daddr,
		.sport = c->skc_num,
		.dport = ntohs(c->skc_dport),
		.state = c->skc_state,
	};
}

static void full(struct sock *sk, struct tcp_diag *d)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	tcp_get_info(sk, &d->info);
	d->rmem_bytes = sk->sk_rmem_alloc;
	d->rcvbuf_bytes = sk->sk_rcvbuf;
	d->wmem_bytes = sk->sk_wmem_queued;
	d->sndbuf_bytes = sk->sk_sndbuf;
	if (sk->sk_state == TCP_LISTEN) {
		d->rqueue = sk->sk_ack_backlog;
		d->wqueue = sk->sk_max_ack_backlog;
		return;
	}
	d->rqueue = tp->rcv_nxt - tp->copied_seq;
	d->wqueue = tp->write_seq - tp->snd_una;
	memcpy(d->ca_name, inet_csk(sk)->icsk_ca_ops->name,
	       strlen(inet_csk(sk)->icsk_ca_ops->name));
}

static void visit_chain(struct list_head *chain, tcp_diag_visit visit, void *ctx)
{
	struct sock_common *c;

	list_for_each_entry(c, chain, skc_node) {
		struct tcp_diag d;

		common(c, &d);
		if (c->skc_state != TCP_TIME_WAIT && c->skc_state != TCP_NEW_SYN_RECV)
			full((struct sock *)c, &d);
		visit(ctx, &d);
	}
}

void net_tcp_diag(struct net *net, tcp_diag_visit visit, void *ctx)
{
	struct inet_hashinfo *h = &net->tcp->hashinfo;

	for (uint32_t i = 0; i < INET_LHASH_SIZE; i++)
		visit_chain(&h->lhash[i], visit, ctx);
	for (uint32_t i = 0; i < h->ehash_size; i++)
		visit_chain(&h->ehash[i], visit, ctx);
}

/* ---- telling ---- */

struct line {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(l->buf + l->len, l->size - l->len, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	l->len += (size_t)n;
	if (l->len >= l->size)
		l->len = l->size - 1;
}

static void add_endpoint(struct line *l, const struct in6_addr *a, uint16_t port)
{
	const uint8_t *b = a->s6_addr;

	if (ipv6_addr_v4mapped(a)) {
		add(l, " %u.%u.%u.%u", b[12], b[13], b[14], b[15]);
	} else {
		add(l, " [");
		for (unsigned int i = 0; i < 16; i += 2)
			add(l, "%s%x", i ? ":" : "", (unsigned int)(b[i] << 8 | b[i + 1]));
		add(l, "]");
	}
	if (port)
		add(l, ":%u", port);
	else
		add(l, ":*");
}

/* Microseconds as milliseconds. */
static void add_ms(struct line *l, const char *name, uint32_t us)
{
	add(l, "%s%u.%03u", name, us / 1000, us % 1000);
}

static void add_nonzero(struct line *l, const char *name, uint64_t value)
{
	if (value)
		add(l, " %s:%llu", name, (unsigned long long)value);
}

static void add_rate(struct line *l, const char *name, uint64_t bytes_per_s)
{
	if (bytes_per_s && bytes_per_s != UINT64_MAX)
		add(l, " %s %llubps", name, (unsigned long long)bytes_per_s * 8);
}

static void add_options(struct line *l, const struct tcp_info *i)
{
	if (i->tcpi_options & TCPI_OPT_TIMESTAMPS)
		add(l, " ts");
	if (i->tcpi_options & TCPI_OPT_SACK)
		add(l, " sack");
	if (i->tcpi_options & TCPI_OPT_ECN)
		add(l, " ecn");
	if (i->tcpi_options & TCPI_OPT_ECN_SEEN)
		add(l, " ecnseen");
	if (i->tcpi_options & TCPI_OPT_WSCALE)
		add(l, " wscale:%u,%u", i->tcpi_snd_wscale, i->tcpi_rcv_wscale);
}

static void add_info(struct line *l, const struct tcp_diag *d)
{
	const struct tcp_info *i = &d->info;

	add_options(l, i);
	add(l, " %s", d->ca_name);
	add_ms(l, " rto:", i->tcpi_rto);
	add_nonzero(l, "backoff", i->tcpi_backoff);
	add_ms(l, " rtt:", i->tcpi_rtt);
	add_ms(l, "/", i->tcpi_rttvar);
	add_ms(l, " ato:", i->tcpi_ato);
	add(l, " mss:%u pmtu:%u rcvmss:%u advmss:%u cwnd:%u", i->tcpi_snd_mss, i->tcpi_pmtu,
	    i->tcpi_rcv_mss, i->tcpi_advmss, i->tcpi_snd_cwnd);
	if (i->tcpi_snd_ssthresh < TCP_INFINITE_SSTHRESH)
		add(l, " ssthresh:%u", i->tcpi_snd_ssthresh);
	add_nonzero(l, "bytes_sent", i->tcpi_bytes_sent);
	add_nonzero(l, "bytes_retrans", i->tcpi_bytes_retrans);
	add_nonzero(l, "bytes_acked", i->tcpi_bytes_acked);
	add_nonzero(l, "bytes_received", i->tcpi_bytes_received);
	add(l, " segs_out:%u segs_in:%u data_segs_out:%u data_segs_in:%u", i->tcpi_segs_out,
	    i->tcpi_segs_in, i->tcpi_data_segs_out, i->tcpi_data_segs_in);
	add(l, " lastsnd:%u lastrcv:%u lastack:%u", i->tcpi_last_data_sent, i->tcpi_last_data_recv,
	    i->tcpi_last_ack_recv);
	add_rate(l, "pacing_rate", i->tcpi_pacing_rate);
	add_rate(l, "delivery_rate", i->tcpi_delivery_rate);
	add_nonzero(l, "delivered", i->tcpi_delivered);
	add_nonzero(l, "delivered_ce", i->tcpi_delivered_ce);
	if (i->tcpi_delivery_rate_app_limited)
		add(l, " app_limited");
	if (i->tcpi_busy_time)
		add_ms(l, " busy:", (uint32_t)i->tcpi_busy_time);
	if (i->tcpi_rwnd_limited)
		add_ms(l, " rwnd_limited:", (uint32_t)i->tcpi_rwnd_limited);
	if (i->tcpi_sndbuf_limited)
		add_ms(l, " sndbuf_limited:", (uint32_t)i->tcpi_sndbuf_limited);
	add_nonzero(l, "unacked", i->tcpi_unacked);
	if (i->tcpi_retrans || i->tcpi_total_retrans)
		add(l, " retrans:%u/%u", i->tcpi_retrans, i->tcpi_total_retrans);
	add_nonzero(l, "lost", i->tcpi_lost);
	add_nonzero(l, "sacked", i->tcpi_sacked);
	add_nonzero(l, "dsack_dups", i->tcpi_dsack_dups);
	if (i->tcpi_reordering != TCP_FASTRETRANS_THRESH)
		add(l, " reordering:%u", i->tcpi_reordering);
	add_nonzero(l, "reord_seen", i->tcpi_reord_seen);
	add_nonzero(l, "rcv_ooopack", i->tcpi_rcv_ooopack);
	if (i->tcpi_rcv_rtt)
		add_ms(l, " rcv_rtt:", i->tcpi_rcv_rtt);
	add_nonzero(l, "rcv_space", i->tcpi_rcv_space);
	add_nonzero(l, "rcv_ssthresh", i->tcpi_rcv_ssthresh);
	if (i->tcpi_min_rtt != UINT32_MAX)
		add_ms(l, " minrtt:", i->tcpi_min_rtt);
	add_nonzero(l, "snd_wnd", i->tcpi_snd_wnd);
	add_nonzero(l, "rcv_wnd", i->tcpi_rcv_wnd);
}

size_t tcp_diag_format(const struct tcp_diag *d, char *buf, size_t size)
{
	static const char *const names[TCP_MAX_STATES] = {
		[TCP_ESTABLISHED] = "ESTAB",	[TCP_SYN_SENT] = "SYN-SENT",
		[TCP_SYN_RECV] = "SYN-RECV",	[TCP_FIN_WAIT1] = "FIN-WAIT-1",
		[TCP_FIN_WAIT2] = "FIN-WAIT-2", [TCP_TIME_WAIT] = "TIME-WAIT",
		[TCP_CLOSE] = "UNCONN",		[TCP_CLOSE_WAIT] = "CLOSE-WAIT",
		[TCP_LAST_ACK] = "LAST-ACK",	[TCP_LISTEN] = "LISTEN",
		[TCP_CLOSING] = "CLOSING",	[TCP_NEW_SYN_RECV] = "SYN-RECV",
	};
	struct line l = {.buf = buf, .size = size};

	add(&l, "%s %u %u", names[d->state], d->rqueue, d->wqueue);
	add_endpoint(&l, &d->saddr, d->sport);
	add_endpoint(&l, &d->daddr, d->dport);
	if (d->rcvbuf_bytes)
		add(&l, " skmem:(r%u,rb%u,t%u,tb%u)", d->rmem_bytes, d->rcvbuf_bytes, d->wmem_bytes,
		    d->sndbuf_bytes);
	if (d->ca_name[0])
		add_info(&l, d);
	return l.len;
}
