// SPDX-License-Identifier: MIT
/*
 * Which key authenticates a segment, on the way out and in, for every kind of endpoint: socket,
 * listener, request, TIME_WAIT, and answers of nobody. A peer with a key speaks authenticated or not
 * at all (RFC 2385, 2.0; RFC 5925, 7.4 and 7.5); what fails is dropped without an answer.
 */
#include <net/tcp.h>

/* ---- peers ---- */

bool tcp_key_peer_matches(const struct tcp_key_peer *peer, const struct in6_addr *addr)
{
	const unsigned int bytes = peer->prefix / 8, bits = peer->prefix % 8;

	if (memcmp(&peer->addr, addr, bytes))
		return false;
	return !bits || !((peer->addr.s6_addr[bytes] ^ addr->s6_addr[bytes]) >> (8 - bits));
}

bool tcp_key_peer_equal(const struct tcp_key_peer *a, const struct tcp_key_peer *b)
{
	return a->prefix == b->prefix && ipv6_addr_equal(&a->addr, &b->addr);
}

int tcp_key_peer_read(const struct sock *sk, const struct sockaddr_storage *addr, int prefix,
		      struct tcp_key_peer *peer)
{
	const bool v4_name = sk->sk_family == AF_INET;
	struct inet_endpoint e;

	if (addr->ss_family != sk->sk_family ||
	    inet_read_sockaddr(sk, (const struct sockaddr *)addr, sizeof(*addr), false, &e))
		return -EINVAL;
	if (prefix > (v4_name ? 32 : 128))
		return -EINVAL;
	peer->addr = e.addr;
	peer->prefix = (uint8_t)(prefix < 0 ? 128 : v4_name ? prefix + 96 : prefix);
	for (unsigned int bit = peer->prefix; bit < 128; bit++)
		if (e.addr.s6_addr[bit / 8] & 0x80 >> bit % 8)
			return -EINVAL; /* a host in a net's address */
	return 0;
}

/* ---- what is hashed ---- */

uint32_t tcp_auth_pseudo(uint8_t *to, const struct in6_addr *saddr, const struct in6_addr *daddr,
			 uint32_t tcp_len)
{
	if (ipv6_addr_v4mapped(daddr)) {
		memcpy(to, &saddr->s6_addr32[3], 4);
		memcpy(to + 4, &daddr->s6_addr32[3], 4);
		to[8] = 0;
		to[9] = IPPROTO_TCP;
		put_unaligned_be16((uint16_t)tcp_len, to + 10);
		return 12;
	}
	memcpy(to, saddr, 16);
	memcpy(to + 16, daddr, 16);
	put_unaligned_be32(tcp_len, to + 32);
	put_unaligned_be32(IPPROTO_TCP, to + 36);
	return 40;
}

unsigned int tcp_auth_pieces(const struct sk_buff *skb, uint32_t offset, struct crypto_piece *p)
{
	unsigned int n = 0;

	if (skb_headlen(skb) > offset)
		p[n++] = (struct crypto_piece){skb->data + offset, skb_headlen(skb) - offset};
	for (unsigned int i = 0; i < skb->nr_frags; i++)
		p[n++] = (struct crypto_piece){skb->frags[i].data->bytes + skb->frags[i].offset,
					       skb->frags[i].len};
	return n;
}

static bool mac_equal(const uint8_t *a, const uint8_t *b, unsigned int len)
{
	uint8_t differ = 0;

	while (len--)
		differ |= a[len] ^ b[len];
	return !differ;
}

/* ---- the option, out ---- */

static uint32_t ao_option_bytes(const struct tcp_ao_key *key)
{
	return (TCPOLEN_AO_BASE + key->maclen + 3u) & ~3u;
}

uint32_t tcp_sign_option_bytes(const struct tcp_sign *sign)
{
	if (sign->type == TCP_SIGN_NONE)
		return 0;
	return sign->type == TCP_SIGN_MD5 ? TCPOLEN_MD5SIG_ALIGNED : ao_option_bytes(sign->ao);
}

uint8_t *tcp_sign_write_option(const struct tcp_sign *sign, uint8_t *to, uint8_t **mac)
{
	uint8_t *const end = to + tcp_sign_option_bytes(sign);

	if (sign->type == TCP_SIGN_MD5) {
		*to++ = TCPOPT_NOP;
		*to++ = TCPOPT_NOP;
		*to++ = TCPOPT_MD5SIG;
		*to++ = TCPOLEN_MD5SIG;
		*mac = to;
		memset(to, 0, CRYPTO_MD5_BYTES);
	} else if (sign->type == TCP_SIGN_AO) {
		*to++ = TCPOPT_AO;
		*to++ = (uint8_t)(TCPOLEN_AO_BASE + sign->ao->maclen);
		*to++ = sign->ao->sndid;
		*to++ = sign->rnext;
		*mac = to;
		memset(to, 0, sign->ao->maclen);
		memset(to + sign->ao->maclen, TCPOPT_NOP, (size_t)(end - to) - sign->ao->maclen);
	}
	return end;
}

void tcp_sign_segment(const struct tcp_sign *sign, struct sk_buff *skb,
		      const struct in6_addr *saddr, const struct in6_addr *daddr, uint8_t *mac)
{
	uint8_t out[TCP_AO_TRAFFIC_KEY_MAX];

	if (sign->type == TCP_SIGN_MD5) {
		tcp_md5_hash(sign->md5, saddr, daddr, skb, out);
		memcpy(mac, out, CRYPTO_MD5_BYTES);
	} else if (sign->type == TCP_SIGN_AO) {
		tcp_ao_mac(sign->ao, sign->traffic_key, sign->sne, saddr, daddr, skb, mac, out);
		memcpy(mac, out, sign->ao->maclen);
	}
}

/* ---- the key, out ---- */

static void sign_md5(struct tcp_sign *sign, const struct tcp_md5_key *key)
{
	sign->type = key ? TCP_SIGN_MD5 : TCP_SIGN_NONE;
	sign->md5 = key;
}

static void sign_ao(struct tcp_sign *sign, const struct tcp_ao_key *key, uint8_t rnext,
		    uint32_t sne)
{
	sign->type = TCP_SIGN_AO;
	sign->ao = key;
	sign->rnext = rnext;
	sign->sne = sne;
}

static uint8_t rnext_id(const struct tcp_ao_info *ao)
{
	return ao->rnext ? ao->rnext->rcvid : ao->current->rcvid;
}

uint32_t tcp_auth_option_bytes(const struct sock *sk)
{
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;

	if (ao && ao->current)
		return ao_option_bytes(ao->current);
	return tcp_md5_lookup(sk, &sk->sk_v6_daddr) ? TCPOLEN_MD5SIG_ALIGNED : 0;
}

void tcp_auth_sign_sock(struct sock *sk, uint8_t flags, uint32_t seq, struct tcp_sign *sign)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	struct tcp_ao_ends ends;

	if (!ao || !ao->current) {
		sign_md5(sign, tcp_md5_lookup(sk, &sk->sk_v6_daddr));
		return;
	}
	tcp_ao_sne_follow(&ao->snd, tcp_sk(sk)->snd_una);
	sign_ao(sign, ao->current, rnext_id(ao), tcp_ao_sne_of(&ao->snd, seq));
	if (!(flags & TCPHDR_SYN)) {
		memcpy(sign->traffic_key, ao->current->send_other, sizeof(sign->traffic_key));
		return;
	}
	ends = (struct tcp_ao_ends){.saddr = &inet_sk(sk)->inet_v6_saddr,
				    .daddr = &sk->sk_v6_daddr,
				    .sport = sk->sk_num,
				    .dport = ntohs(sk->sk_dport),
				    .sisn = ao->lisn,
				    .disn = flags & TCPHDR_ACK ? ao->risn : 0};
	tcp_ao_traffic_key(ao->current, &ends, sign->traffic_key);
}

/* The key that the client's SYN asked for, or the one it came with. */
static const struct tcp_ao_key *request_key(const struct request_sock *req)
{
	const struct tcp_ao_info *ao = tcp_sk(req->rsk_listener)->ao_info;
	const struct in6_addr *peer = &req->common.skc_v6_daddr;
	const struct tcp_ao_key *key = ao ? tcp_ao_lookup(ao, peer, req->ao_keyid, -1) : NULL;

	return key || !ao ? key : tcp_ao_lookup(ao, peer, -1, req->ao_rcv_next);
}

void tcp_auth_sign_request(const struct request_sock *req, struct tcp_sign *sign)
{
	const struct sock_common *c = &req->common;
	const struct tcp_ao_ends ends = {&c->skc_v6_rcv_saddr, &c->skc_v6_daddr, c->skc_num,
					 ntohs(c->skc_dport),  req->snt_isn,	 req->rcv_isn};
	const struct tcp_ao_key *key;

	if (!req->used_ao) {
		sign_md5(sign, tcp_md5_lookup(req->rsk_listener, &c->skc_v6_daddr));
		return;
	}
	key = request_key(req);
	if (!key) { /* deleted meanwhile */
		sign->type = TCP_SIGN_NONE;
		return;
	}
	/* Its segments begin at snt_isn or just after. */
	sign_ao(sign, key, req->ao_rcv_next, 0);
	tcp_ao_traffic_key(key, &ends, sign->traffic_key);
}

void tcp_auth_sign_timewait(struct inet_timewait_sock *tw, struct tcp_sign *sign)
{
	const struct tcp_ao_info *ao = tw->tw_ao;

	sign_md5(sign, tw->tw_md5);
	if (!ao || !ao->current)
		return;
	sign_ao(sign, ao->current, rnext_id(ao), tcp_ao_sne_of(&ao->snd, tw->tw_snd_nxt));
	memcpy(sign->traffic_key, ao->current->send_other, sizeof(sign->traffic_key));
}

/* ---- the option, in ---- */

struct auth_option {
	const uint8_t *md5; /* NULL: no such option */
	const uint8_t *mac; /* of AO */
	uint8_t maclen, keyid, rnext;
};

/* false: malformed, or both options. */
static bool find_option(const struct tcphdr *th, struct auth_option *o)
{
	struct tcp_option_walk w = tcp_options_of(th);

	*o = (struct auth_option){0};
	while (tcp_next_option(&w)) {
		if (w.kind == TCPOPT_MD5SIG) {
			if (o->md5 || w.size != TCPOLEN_MD5SIG)
				return false;
			o->md5 = w.value;
		} else if (w.kind == TCPOPT_AO) {
			if (o->mac || w.size < TCPOLEN_AO_BASE + 1)
				return false;
			o->keyid = w.value[0];
			o->rnext = w.value[1];
			o->mac = w.value + 2;
			o->maclen = (uint8_t)(w.size - TCPOLEN_AO_BASE);
		}
	}
	return !o->md5 || !o->mac;
}

/* A RST for what is no connection here, or a listener's: keys from the segment's own numbers. */
static bool sign_reset_ao(const struct sock *sk, const struct sk_buff *skb,
			  const struct inet_flow *f, const struct auth_option *o, uint32_t seq,
			  struct tcp_sign *sign)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	struct tcp_ao_ends ends = {&f->daddr, &f->saddr, f->dport, f->sport, 0, 0};
	const struct tcp_ao_key *key;

	if (!ao)
		return false;
	if (ao->derived) { /* or was one until this segment */
		sign_ao(sign, ao->current, rnext_id(ao), tcp_ao_sne_of(&ao->snd, seq));
		memcpy(sign->traffic_key, ao->current->send_other, sizeof(sign->traffic_key));
		return true;
	}
	key = tcp_ao_lookup(ao, &f->saddr, o->rnext, -1);
	if (!key)
		return false;
	sign_ao(sign, key, o->keyid, 0);
	ends.disn = tcb->tcp_flags & TCPHDR_SYN ? tcb->seq : tcb->seq - 1;
	ends.sisn = tcb->tcp_flags & TCPHDR_ACK ? tcb->ack_seq - 1 : 0;
	tcp_ao_traffic_key(key, &ends, sign->traffic_key);
	return true;
}

bool tcp_auth_sign_reset(const struct sock *sk, const struct sk_buff *skb, uint32_t seq,
			 struct tcp_sign *sign)
{
	struct auth_option o;
	struct inet_flow f;

	sign->type = TCP_SIGN_NONE;
	if (!skb_net(skb)->tcp->auth_keys)
		return true;
	if (!find_option(tcp_hdr(skb), &o))
		return false;
	if (!sk)
		return !o.md5 && !o.mac;
	tcp_skb_flow(skb, &f);
	if (o.mac)
		return sign_reset_ao(sk, skb, &f, &o, seq, sign);
	sign_md5(sign, tcp_md5_lookup(sk, &f.saddr));
	return true;
}

/* ---- checking ---- */

static int check_md5(const struct sock *sk, const struct sk_buff *skb, const struct inet_flow *f,
		     const uint8_t *got)
{
	const struct tcp_md5_key *key = tcp_md5_lookup(sk, &f->saddr);
	uint8_t digest[CRYPTO_MD5_BYTES];

	if (!key) {
		NET_INC(sk->sk_net, TcpExtTCPMD5Unexpected);
		return SKB_DROP_TcpMd5Unexpected;
	}
	tcp_md5_hash(key, &f->saddr, &f->daddr, skb, digest);
	if (mac_equal(digest, got, sizeof(digest)))
		return 0;
	NET_INC(sk->sk_net, TcpExtTCPMD5Failure);
	return SKB_DROP_TcpMd5Failure;
}

static int check_mac(const struct sock *sk, struct tcp_ao_key *key, const uint8_t *traffic_key,
		     uint32_t sne, const struct sk_buff *skb, const struct inet_flow *f,
		     const struct auth_option *o)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	uint8_t mac[TCP_AO_TRAFFIC_KEY_MAX];

	if (o->maclen == key->maclen) {
		tcp_ao_mac(key, traffic_key, sne, &f->saddr, &f->daddr, skb, o->mac, mac);
		if (mac_equal(mac, o->mac, o->maclen)) {
			NET_INC(sk->sk_net, TcpExtTCPAOGood);
			ao->pkt_good++;
			key->pkt_good++;
			return 0;
		}
	}
	NET_INC(sk->sk_net, TcpExtTCPAOBad);
	ao->pkt_bad++;
	key->pkt_bad++;
	return SKB_DROP_TcpAoFailure;
}

/* Before there is a connection: the traffic key from the initial numbers, as far as they are known. */
static int check_opening(const struct sock *sk, const struct request_sock *req,
			 struct tcp_ao_key *key, const struct sk_buff *skb,
			 const struct inet_flow *f, const struct auth_option *o)
{
	const struct tcp_skb_cb *tcb = TCP_SKB_CB(skb);
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	struct tcp_ao_ends ends = {&f->saddr, &f->daddr, f->sport, f->dport, tcb->seq, 0};
	uint8_t traffic_key[TCP_AO_TRAFFIC_KEY_MAX];
	uint32_t sne = 0;

	if ((tcb->tcp_flags & (TCPHDR_SYN | TCPHDR_ACK)) == TCPHDR_SYN) {
		; /* its own number is all there is */
	} else if (req) {
		ends.sisn = req->rcv_isn;
		ends.disn = req->snt_isn;
	} else if (sk->sk_state == TCP_LISTEN) {
		if (tcb->tcp_flags & TCPHDR_SYN || !(tcb->tcp_flags & TCPHDR_ACK))
			return SKB_DROP_TcpFlags;
		ends.sisn = tcb->seq - 1; /* the ACK of a SYN cookie, perhaps */
		ends.disn = tcb->ack_seq - 1;
	} else {
		if (!(tcb->tcp_flags & (TCPHDR_SYN | TCPHDR_RST)))
			ends.sisn = ao->risn;
		ends.disn = ao->lisn;
	}
	if (ends.disn)
		sne = tcp_ao_sne_of(&(struct tcp_ao_sne){ends.sisn, 0}, tcb->seq);
	tcp_ao_traffic_key(key, &ends, traffic_key);
	return check_mac(sk, key, traffic_key, sne, skb, f, o);
}

/* The peer says by RNextKeyID which key it wants (RFC 5925, 7.3). */
static void follow_rnext(struct sock *sk, uint8_t rnext)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	struct tcp_ao_key *key;

	if (sock_owned_by_user(sk) || !ao->current || ao->current->sndid == rnext)
		return; /* owned: the next segment says so too */
	key = tcp_ao_lookup(ao, &sk->sk_v6_daddr, rnext, -1);
	if (!key)
		return;
	ao->current = key;
	tcp_auth_update_header(sk);
}

static int check_established(struct sock *sk, struct tcp_ao_key *key, const struct sk_buff *skb,
			     const struct inet_flow *f, const struct auth_option *o)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	int reason;

	tcp_ao_sne_follow(&ao->rcv, tcp_sk(sk)->rcv_nxt);
	reason = check_mac(sk, key, key->recv_other, tcp_ao_sne_of(&ao->rcv, TCP_SKB_CB(skb)->seq),
			   skb, f, o);
	if (!reason)
		follow_rnext(sk, o->rnext);
	return reason;
}

static int check_ao(struct sock *sk, const struct request_sock *req, const struct sk_buff *skb,
		    const struct inet_flow *f, const struct auth_option *o)
{
	const bool syn = (TCP_SKB_CB(skb)->tcp_flags & (TCPHDR_SYN | TCPHDR_ACK)) == TCPHDR_SYN;
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	struct tcp_ao_key *key = ao ? tcp_ao_lookup(ao, &f->saddr, -1, o->keyid) : NULL;

	if (!key) {
		NET_INC(sk->sk_net, TcpExtTCPAOKeyNotFound);
		if (ao)
			ao->pkt_key_not_found++;
		return SKB_DROP_TcpAoKeyNotFound;
	}
	if (ao->derived && !syn)
		return check_established(sk, key, skb, f, o);
	return check_opening(sk, req, key, skb, f, o);
}

int tcp_auth_check(struct sock *sk, const struct request_sock *req, const struct sk_buff *skb)
{
	struct net *net = sk->sk_net;
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	struct auth_option o;
	struct inet_flow f;

	if (!find_option(tcp_hdr(skb), &o))
		return SKB_DROP_TcpAuthOption;
	tcp_skb_flow(skb, &f);
	if (req && req->used_ao != !!o.mac) {
		NET_INC(net, TcpExtTCPAOBad);
		return SKB_DROP_TcpAoFailure;
	}
	if (o.mac)
		return check_ao(sk, req, skb, &f, &o);
	if (o.md5)
		return check_md5(sk, skb, &f, o.md5);
	if (ao && (ao->ao_required || tcp_ao_lookup(ao, &f.saddr, -1, -1))) {
		NET_INC(net, TcpExtTCPAORequired);
		ao->pkt_ao_required++;
		return SKB_DROP_TcpAoRequired;
	}
	if (tcp_md5_lookup(sk, &f.saddr)) {
		NET_INC(net, TcpExtTCPMD5NotFound);
		return SKB_DROP_TcpMd5NotFound;
	}
	return 0;
}

/* ---- the connection's life ---- */

void tcp_auth_update_header(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN)
		return;
	tp->tcp_header_len =
		(uint16_t)(TCP_BASE_HEADER + (tp->rx_opt.tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0) +
			   tcp_auth_option_bytes(sk));
	tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu);
	if (tp->pred_flags)
		tcp_fast_path_on(tp);
}

/* Keys of others go; of what is left one is chosen unless the application has. */
int tcp_auth_connect(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_ao_info *ao = tp->ao_info;
	struct tcp_ao_key *key, *next;

	if (!ao)
		return 0;
	list_for_each_entry_safe(key, next, &ao->keys, node) {
		if (tcp_key_peer_matches(&key->peer, &sk->sk_v6_daddr))
			continue;
		ao->current = ao->current == key ? NULL : ao->current;
		ao->rnext = ao->rnext == key ? NULL : ao->rnext;
		tcp_ao_key_free(sk->sk_net, key);
	}
	if (list_empty(&ao->keys)) {
		if (ao->ao_required)
			return -EKEYREJECTED;
		tcp_ao_info_free(sk->sk_net, ao);
		tp->ao_info = NULL;
		return 0;
	}
	if (!ao->current)
		ao->current = list_first_entry(&ao->keys, struct tcp_ao_key, node);
	if (!ao->rnext)
		ao->rnext = ao->current;
	ao->derived = false;
	ao->lisn = tp->write_seq;
	ao->snd = (struct tcp_ao_sne){ao->lisn, 0};
	return 0;
}

static void set_risn(struct sock *sk, uint32_t risn)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;

	ao->risn = risn;
	ao->rcv = (struct tcp_ao_sne){risn, 0};
	ao->derived = true;
	tcp_ao_derive_all(sk);
}

void tcp_auth_finish_connect(struct sock *sk, const struct sk_buff *skb)
{
	if (tcp_sk(sk)->ao_info)
		set_risn(sk, TCP_SKB_CB(skb)->seq);
}

void tcp_auth_open_request(struct request_sock *req, const struct sk_buff *skb)
{
	struct auth_option o;

	if (!req->common.skc_net->tcp->auth_keys || !find_option(tcp_hdr(skb), &o) || !o.mac)
		return;
	req->used_ao = true;
	req->ao_keyid = o.rnext;
	req->ao_rcv_next = o.keyid;
}

int tcp_auth_create_child(struct sock *listener, struct sock *child, const struct request_sock *req)
{
	const struct in6_addr *peer = &child->sk_v6_daddr;
	const struct tcp_md5_key *md5 = tcp_md5_lookup(listener, peer);
	struct tcp_ao_info *ao;
	int err;

	if (md5 && !req->used_ao)
		return tcp_md5_copy(child, md5, peer);
	if (!req->used_ao || !tcp_sk(listener)->ao_info)
		return 0;
	ao = tcp_sk(child)->ao_info = tcp_ao_info_alloc(child->sk_net);
	if (!ao)
		return -ENOMEM;
	err = tcp_ao_copy_matching(child->sk_net, ao, tcp_sk(listener)->ao_info, peer);
	if (err || list_empty(&ao->keys))
		return err ? err : -EKEYREJECTED;
	ao->ao_required = tcp_sk(listener)->ao_info->ao_required;
	ao->accept_icmps = tcp_sk(listener)->ao_info->accept_icmps;
	ao->current = tcp_ao_lookup(ao, peer, req->ao_keyid, -1);
	if (!ao->current)
		ao->current = list_first_entry(&ao->keys, struct tcp_ao_key, node);
	ao->rnext = tcp_ao_lookup(ao, peer, -1, req->ao_rcv_next);
	ao->lisn = req->snt_isn;
	ao->snd = (struct tcp_ao_sne){ao->lisn, 0};
	set_risn(child, req->rcv_isn);
	return 0;
}

void tcp_auth_to_timewait(struct sock *sk, struct inet_timewait_sock *tw)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_md5_key *md5 = tcp_md5_lookup(sk, &sk->sk_v6_daddr);

	if (tp->ao_info) {
		tcp_ao_sne_follow(&tp->ao_info->snd, tp->snd_una);
		tw->tw_ao = tp->ao_info;
		tp->ao_info = NULL;
	} else if (md5) {
		list_del_init(&md5->node);
		tw->tw_md5 = md5;
	}
}

void tcp_auth_free_timewait(struct net *net, struct inet_timewait_sock *tw)
{
	if (tw->tw_ao)
		tcp_ao_info_free(net, tw->tw_ao);
	if (tw->tw_md5)
		tcp_md5_key_free(net, tw->tw_md5);
}

void tcp_auth_free(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	while (!list_empty(&tp->md5_keys))
		tcp_md5_key_free(sk->sk_net,
				 list_first_entry(&tp->md5_keys, struct tcp_md5_key, node));
	if (tp->ao_info)
		tcp_ao_info_free(sk->sk_net, tp->ao_info);
	tp->ao_info = NULL;
}
