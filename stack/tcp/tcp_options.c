// SPDX-License-Identifier: MIT
/*
 * TCP options: MSS (RFC 9293, 3.7.1), window scale and time stamps (RFC 7323), SACK (RFC 2018), Fast
 * Open (RFC 7413).
 * The parser takes at least one byte a step, so it ends after at most 40 steps on every input. On
 * the way out the order and padding are Linux's, which middleboxes know.
 */
#include <net/tcp.h>

static void parse_syn_option(uint8_t kind, const uint8_t *value, unsigned int size,
			     struct tcp_options_received *opt, const struct sysctl *s)
{
	uint16_t mss;

	switch (kind) {
	case TCPOPT_MSS:
		mss = size == TCPOLEN_MSS ? get_unaligned_be16(value) : 0;
		if (mss && opt->user_mss && opt->user_mss < mss)
			mss = opt->user_mss;
		if (mss)
			opt->mss_clamp = mss;
		break;
	case TCPOPT_WINDOW:
		if (size != TCPOLEN_WINDOW || !s->tcp_window_scaling)
			break;
		opt->wscale_ok = true;
		opt->snd_wscale = *value < TCP_MAX_WSCALE ? *value : TCP_MAX_WSCALE;
		break;
	case TCPOPT_SACK_PERM:
		if (size == TCPOLEN_SACK_PERM && s->tcp_sack)
			opt->sack_ok = true;
		break;
	}
}

static void parse_option(const struct tcphdr *th, uint8_t kind, const uint8_t *value,
			 unsigned int size, struct tcp_options_received *opt, bool estab,
			 const struct sysctl *s)
{
	if (kind == TCPOPT_TIMESTAMP) {
		if (size != TCPOLEN_TIMESTAMP)
			return;
		if (estab ? !opt->tstamp_ok : !s->tcp_timestamps)
			return;
		opt->saw_tstamp = true;
		opt->rcv_tsval = get_unaligned_be32(value);
		opt->rcv_tsecr = get_unaligned_be32(value + 4);
	} else if (kind == TCPOPT_SACK) {
		if (!opt->sack_ok || size < TCPOLEN_SACK_BASE + TCPOLEN_SACK_PERBLOCK ||
		    (size - TCPOLEN_SACK_BASE) % TCPOLEN_SACK_PERBLOCK)
			return;
		opt->sack_off = (uint8_t)(value - (const uint8_t *)th);
		opt->sack_blocks = (uint8_t)((size - TCPOLEN_SACK_BASE) / TCPOLEN_SACK_PERBLOCK);
	} else if ((th->flags & TCPHDR_SYN) && !estab) {
		parse_syn_option(kind, value, size, opt, s);
	}
}

struct tcp_option_walk tcp_options_of(const struct tcphdr *th)
{
	return (struct tcp_option_walk){.at = (const uint8_t *)(th + 1),
					.left = th->doff * 4u - (unsigned int)sizeof(*th)};
}

bool tcp_next_option(struct tcp_option_walk *w)
{
	while (w->left && *w->at == TCPOPT_NOP) {
		w->at++;
		w->left--;
	}
	if (w->left < 2 || *w->at == TCPOPT_EOL || w->at[1] < 2 || w->at[1] > w->left)
		return false;
	w->kind = w->at[0];
	w->size = w->at[1];
	w->value = w->at + 2;
	w->at += w->size;
	w->left -= w->size;
	return true;
}

void tcp_parse_options(const struct tcphdr *th, struct tcp_options_received *opt, bool estab,
		       const struct sysctl *s)
{
	struct tcp_option_walk w = tcp_options_of(th);

	opt->saw_tstamp = false;
	opt->sack_off = 0;
	while (tcp_next_option(&w))
		parse_option(th, w.kind, w.value, w.size, opt, estab, s);
}

/* Even lengths only; 0 asks for a cookie. */
static void take_fastopen(struct tcp_fastopen_cookie *foc, const uint8_t *value, unsigned int len,
			  bool exp)
{
	if (len & 1)
		return;
	foc->exp = exp;
	foc->len = -1;
	if (len && (len < TCP_FASTOPEN_COOKIE_MIN || len > TCP_FASTOPEN_COOKIE_MAX))
		return;
	memcpy(foc->val, value, len);
	foc->len = (int8_t)len;
}

void tcp_parse_fastopen(const struct tcphdr *th, struct tcp_fastopen_cookie *foc)
{
	struct tcp_option_walk w = tcp_options_of(th);

	foc->len = -1;
	foc->exp = false;
	while (tcp_next_option(&w)) {
		if (w.kind == TCPOPT_FASTOPEN)
			take_fastopen(foc, w.value, w.size - 2u, false);
		else if (w.kind == TCPOPT_EXP && w.size >= TCPOLEN_EXP_FASTOPEN_BASE &&
			 get_unaligned_be16(w.value) == TCPOPT_FASTOPEN_MAGIC)
			take_fastopen(foc, w.value + 2, w.size - TCPOLEN_EXP_FASTOPEN_BASE, true);
	}
}

bool tcp_fast_parse_options(const struct tcphdr *th, struct tcp_sock *tp)
{
	struct tcp_options_received *opt = &tp->rx_opt;
	const uint8_t *p = (const uint8_t *)(th + 1);

	if (th->doff == sizeof(*th) / 4) {
		opt->saw_tstamp = false;
		opt->sack_off = 0;
		return false;
	}
	if (opt->tstamp_ok && th->doff == (sizeof(*th) + TCPOLEN_TSTAMP_ALIGNED) / 4 &&
	    get_unaligned_be32(p) == TCPOPT_TSTAMP_WORD) {
		opt->saw_tstamp = true;
		opt->rcv_tsval = get_unaligned_be32(p + 4);
		opt->rcv_tsecr = get_unaligned_be32(p + 8);
		opt->sack_off = 0;
	} else {
		tcp_parse_options(th, opt, true, &tp->inet_conn.inet.sk.sk_net->sysctl);
	}
	if (opt->saw_tstamp && opt->rcv_tsecr)
		opt->rcv_tsecr -= tp->tsoffset;
	return true;
}

static uint32_t fastopen_size(const struct tcp_fastopen_cookie *foc)
{
	return (foc->exp ? TCPOLEN_EXP_FASTOPEN_BASE : TCPOLEN_FASTOPEN_BASE) + (uint32_t)foc->len;
}

uint32_t tcp_options_size(const struct tcp_out_options *o)
{
	uint32_t size = o->sign ? tcp_sign_option_bytes(o->sign) : 0;

	if (o->mss)
		size += TCPOLEN_MSS;
	if (o->tstamp)
		size += TCPOLEN_TSTAMP_ALIGNED; /* SACK-permitted fits into its padding */
	else if (o->sack_perm)
		size += 4;
	if (o->wscale)
		size += 4;
	if (o->num_sacks)
		size += TCPOLEN_SACK_BASE_ALIGNED + o->num_sacks * TCPOLEN_SACK_PERBLOCK;
	if (o->fastopen)
		size += (fastopen_size(o->fastopen) + 3) & ~3u;
	return size;
}

static uint8_t *put4(uint8_t *p, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	p[0] = a;
	p[1] = b;
	p[2] = c;
	p[3] = d;
	return p + 4;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	put_unaligned_be32(v, p);
	return p + 4;
}

static uint8_t *put_sacks(uint8_t *p, const struct tcp_out_options *o)
{
	unsigned int n = o->num_sacks;

	p = put4(p, TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK,
		 (uint8_t)(TCPOLEN_SACK_BASE + n * TCPOLEN_SACK_PERBLOCK));
	if (o->dsack) {
		p = put32(p, o->dsack->start_seq);
		p = put32(p, o->dsack->end_seq);
		n--;
	}
	for (unsigned int i = 0; i < n; i++) {
		p = put32(p, o->sacks[i].start_seq);
		p = put32(p, o->sacks[i].end_seq);
	}
	return p;
}

static void put_fastopen(uint8_t *p, const struct tcp_fastopen_cookie *foc)
{
	uint32_t size = fastopen_size(foc);

	*p++ = foc->exp ? TCPOPT_EXP : TCPOPT_FASTOPEN;
	*p++ = (uint8_t)size;
	if (foc->exp) {
		put_unaligned_be16(TCPOPT_FASTOPEN_MAGIC, p);
		p += 2;
	}
	memcpy(p, foc->val, (size_t)foc->len);
	for (p += foc->len; size % 4; size++)
		*p++ = TCPOPT_NOP;
}

uint8_t *tcp_options_write(uint8_t *p, const struct tcp_out_options *o)
{
	uint8_t *mac = NULL;

	if (o->sign)
		p = tcp_sign_write_option(o->sign, p, &mac);
	if (o->mss)
		p = put4(p, TCPOPT_MSS, TCPOLEN_MSS, (uint8_t)(o->mss >> 8), (uint8_t)o->mss);
	if (o->tstamp) {
		if (o->sack_perm)
			p = put4(p, TCPOPT_SACK_PERM, TCPOLEN_SACK_PERM, TCPOPT_TIMESTAMP,
				 TCPOLEN_TIMESTAMP);
		else
			p = put32(p, TCPOPT_TSTAMP_WORD);
		p = put32(p, o->tsval);
		p = put32(p, o->tsecr);
	} else if (o->sack_perm) {
		p = put4(p, TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK_PERM, TCPOLEN_SACK_PERM);
	}
	if (o->wscale)
		p = put4(p, TCPOPT_NOP, TCPOPT_WINDOW, TCPOLEN_WINDOW, o->ws);
	if (o->num_sacks)
		p = put_sacks(p, o);
	if (o->fastopen)
		put_fastopen(p, o->fastopen);
	return mac;
}
