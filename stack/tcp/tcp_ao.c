// SPDX-License-Identifier: MIT
/*
 * TCP-AO's keys (RFC 5925, 3.1: master key tuples), each for a peer and with two names: SendID for
 * what we send, RecvID for what comes. Several may be for one peer; current is what we send with,
 * rnext what we ask the peer to use (RFC 5925, 7). Options as tcp(7) has them on Linux.
 */
#include <net/tcp.h>

#define MACLEN_DEFAULT 12 /* RFC 5926, 3.2: 96 bits */
#define MACLEN_MIN     4
#define MACLEN_MAX     16

static const char *const alg_names[TCP_AO_ALGS] = {
	[TCP_AO_HMAC_SHA1] = "hmac(sha1)",
	[TCP_AO_CMAC_AES128] = "cmac(aes128)",
};

/* ---- keys ---- */

/* The first that fits, of the most specific peers. NULL: none. */
struct tcp_ao_key *tcp_ao_lookup(const struct tcp_ao_info *ao, const struct in6_addr *addr,
				 int sndid, int rcvid)
{
	struct tcp_ao_key *key, *best = NULL;

	list_for_each_entry(key, &ao->keys, node) {
		if ((sndid >= 0 && key->sndid != sndid) || (rcvid >= 0 && key->rcvid != rcvid) ||
		    (addr && !tcp_key_peer_matches(&key->peer, addr)))
			continue;
		if (!best || key->peer.prefix > best->peer.prefix)
			best = key;
	}
	return best;
}

struct tcp_ao_info *tcp_ao_info_alloc(struct net *net)
{
	struct tcp_ao_info *ao = port_alloc(net->port, sizeof(*ao));

	if (!ao)
		return NULL;
	memset(ao, 0, sizeof(*ao));
	INIT_LIST_HEAD(&ao->keys);
	net->tcp->auth_keys++;
	return ao;
}

void tcp_ao_key_free(struct net *net, struct tcp_ao_key *key)
{
	list_del_init(&key->node);
	memset(key, 0, sizeof(*key));
	port_free(net->port, key, sizeof(*key));
}

void tcp_ao_info_free(struct net *net, struct tcp_ao_info *ao)
{
	while (!list_empty(&ao->keys))
		tcp_ao_key_free(net, list_first_entry(&ao->keys, struct tcp_ao_key, node));
	net->tcp->auth_keys--;
	port_free(net->port, ao, sizeof(*ao));
}

int tcp_ao_copy_matching(struct net *net, struct tcp_ao_info *to, const struct tcp_ao_info *from,
			 const struct in6_addr *addr)
{
	const struct tcp_ao_key *key;
	struct tcp_ao_key *copy;

	list_for_each_entry(key, &from->keys, node) {
		if (!tcp_key_peer_matches(&key->peer, addr))
			continue;
		copy = port_alloc(net->port, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		*copy = *key;
		copy->pkt_good = copy->pkt_bad = 0;
		list_add_tail(&copy->node, &to->keys);
	}
	return 0;
}

/* ---- TCP_AO_ADD_KEY ---- */

static int read_alg(const char *name)
{
	for (int alg = 0; alg < TCP_AO_ALGS; alg++)
		if (!strncmp(name, alg_names[alg], sizeof(((struct tcp_ao_add *)0)->alg_name)))
			return alg;
	return -ENOENT;
}

/* Two keys that one segment could mean. */
static bool overlaps(const struct tcp_ao_info *ao, const struct tcp_ao_key *fresh)
{
	const struct tcp_ao_key *key;

	list_for_each_entry(key, &ao->keys, node) {
		const struct tcp_key_peer *wide =
			key->peer.prefix < fresh->peer.prefix ? &key->peer : &fresh->peer;
		const struct tcp_key_peer *narrow = wide == &key->peer ? &fresh->peer : &key->peer;

		if ((key->sndid == fresh->sndid || key->rcvid == fresh->rcvid) &&
		    tcp_key_peer_matches(wide, &narrow->addr))
			return true;
	}
	return false;
}

static bool established(const struct sock *sk)
{
	return sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN;
}

/* Of a connection: both directions' traffic keys. */
static void derive(const struct sock *sk, struct tcp_ao_key *key)
{
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	const struct in6_addr *local = &inet_sk(sk)->inet_v6_saddr, *peer = &sk->sk_v6_daddr;
	const uint16_t lport = sk->sk_num, pport = ntohs(sk->sk_dport);
	const struct tcp_ao_ends out = {local, peer, lport, pport, ao->lisn, ao->risn};
	const struct tcp_ao_ends in = {peer, local, pport, lport, ao->risn, ao->lisn};

	tcp_ao_traffic_key(key, &out, key->send_other);
	tcp_ao_traffic_key(key, &in, key->recv_other);
}

void tcp_ao_derive_all(struct sock *sk)
{
	struct tcp_ao_key *key;

	list_for_each_entry(key, &tcp_sk(sk)->ao_info->keys, node)
		derive(sk, key);
}

static int read_key(const struct sock *sk, const struct tcp_ao_add *cmd, struct tcp_ao_key *key)
{
	const int alg = read_alg(cmd->alg_name);
	const unsigned int maclen = cmd->maclen ? cmd->maclen : MACLEN_DEFAULT;
	int err;

	if (cmd->reserved || cmd->reserved2 || cmd->keylen > TCP_AO_MAXKEYLEN ||
	    (cmd->keyflags & ~TCP_AO_KEYF_EXCLUDE_OPT) || cmd->ifindex)
		return -EINVAL;
	if (alg < 0)
		return alg;
	if (maclen < MACLEN_MIN || maclen > MACLEN_MAX)
		return -EMSGSIZE;
	err = tcp_key_peer_read(sk, &cmd->addr, cmd->prefix, &key->peer);
	if (err)
		return err;
	if (established(sk) && !tcp_key_peer_matches(&key->peer, &sk->sk_v6_daddr))
		return -EINVAL;
	key->alg = (uint8_t)alg;
	key->sndid = cmd->sndid;
	key->rcvid = cmd->rcvid;
	key->maclen = (uint8_t)maclen;
	key->keyflags = cmd->keyflags;
	key->keylen = cmd->keylen;
	memcpy(key->key, cmd->key, cmd->keylen);
	return 0;
}

static int add_key(struct sock *sk, const struct tcp_ao_add *cmd)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_ao_key key = {0}, *kept;
	int err = read_key(sk, cmd, &key);

	if (err)
		return err;
	if (tcp_md5_lookup(sk, &key.peer.addr))
		return -EKEYREJECTED;
	if (sk->sk_state == TCP_LISTEN && (cmd->set_current || cmd->set_rnext))
		return -EINVAL; /* of connections only */
	if (!tp->ao_info && established(sk))
		return -EINVAL; /* a connection is born with AO or has none */
	if (tp->ao_info && overlaps(tp->ao_info, &key))
		return -EEXIST;
	kept = port_alloc(sk->sk_net->port, sizeof(*kept));
	if (kept && !tp->ao_info)
		tp->ao_info = tcp_ao_info_alloc(sk->sk_net);
	if (!kept || !tp->ao_info) {
		if (kept)
			port_free(sk->sk_net->port, kept, sizeof(*kept));
		return -ENOMEM;
	}
	*kept = key;
	list_add_tail(&kept->node, &tp->ao_info->keys);
	if (established(sk))
		derive(sk, kept);
	if (cmd->set_current)
		tp->ao_info->current = kept;
	if (cmd->set_rnext)
		tp->ao_info->rnext = kept;
	tcp_auth_update_header(sk);
	return 0;
}

/* ---- TCP_AO_DEL_KEY, TCP_AO_INFO ---- */

/* Chooses current and rnext by their names; both exist, or nothing changes. */
static int choose_keys(struct sock *sk, bool set_current, uint8_t current, bool set_rnext,
		       uint8_t rnext)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	const struct in6_addr *peer = established(sk) ? &sk->sk_v6_daddr : NULL;
	struct tcp_ao_key *c = set_current ? tcp_ao_lookup(ao, peer, current, -1) : ao->current;
	struct tcp_ao_key *r = set_rnext ? tcp_ao_lookup(ao, peer, -1, rnext) : ao->rnext;

	if ((set_current || set_rnext) && sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	if ((set_current && !c) || (set_rnext && !r))
		return -ENOENT;
	ao->current = c;
	ao->rnext = r;
	return 0;
}

static int del_key(struct sock *sk, const struct tcp_ao_del *cmd)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	struct tcp_ao_key *key, *victim = NULL;
	struct tcp_key_peer peer;
	int err;

	if (cmd->reserved || cmd->reserved2 || cmd->keyflags || cmd->ifindex)
		return -EINVAL;
	if (!ao)
		return -ENOENT;
	err = tcp_key_peer_read(sk, &cmd->addr, cmd->prefix, &peer);
	if (err)
		return err;
	list_for_each_entry(key, &ao->keys, node) {
		if (key->sndid == cmd->sndid && key->rcvid == cmd->rcvid &&
		    tcp_key_peer_equal(&key->peer, &peer))
			victim = key;
	}
	if (!victim)
		return -ENOENT;
	err = choose_keys(sk, cmd->set_current, cmd->current_key, cmd->set_rnext, cmd->rnext);
	if (err)
		return err;
	if (victim == ao->current || victim == ao->rnext)
		return -EBUSY; /* another must take its place first */
	tcp_ao_key_free(sk->sk_net, victim);
	tcp_auth_update_header(sk);
	return 0;
}

static int set_info(struct sock *sk, const struct tcp_ao_info_opt *cmd)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_ao_info *ao = tp->ao_info;
	int err;

	if (cmd->reserved || cmd->reserved2)
		return -EINVAL;
	if (!ao) {
		if (established(sk))
			return -EINVAL;
		ao = tp->ao_info = tcp_ao_info_alloc(sk->sk_net);
		if (!ao)
			return -ENOMEM;
	}
	err = choose_keys(sk, cmd->set_current, cmd->current_key, cmd->set_rnext, cmd->rnext);
	if (err)
		return err;
	if (cmd->set_counters) {
		ao->pkt_good = cmd->pkt_good;
		ao->pkt_bad = cmd->pkt_bad;
		ao->pkt_key_not_found = cmd->pkt_key_not_found;
		ao->pkt_ao_required = cmd->pkt_ao_required;
		ao->pkt_dropped_icmp = cmd->pkt_dropped_icmp;
	}
	ao->ao_required = cmd->ao_required;
	ao->accept_icmps = cmd->accept_icmps;
	tcp_auth_update_header(sk);
	return 0;
}

int tcp_ao_setsockopt(struct sock *sk, int name, const void *value, socklen_t len)
{
	union {
		struct tcp_ao_add add;
		struct tcp_ao_del del;
		struct tcp_ao_info_opt info;
	} cmd;
	const size_t size = name == TCP_AO_ADD_KEY   ? sizeof(cmd.add)
			    : name == TCP_AO_DEL_KEY ? sizeof(cmd.del)
						     : sizeof(cmd.info);

	if (len < size)
		return -EINVAL;
	memcpy(&cmd, value, size);
	if (name == TCP_AO_ADD_KEY)
		return add_key(sk, &cmd.add);
	return name == TCP_AO_DEL_KEY ? del_key(sk, &cmd.del) : set_info(sk, &cmd.info);
}

/* ---- what getsockopt() tells ---- */

static void fill_info(const struct tcp_ao_info *ao, struct tcp_ao_info_opt *out)
{
	*out = (struct tcp_ao_info_opt){
		.ao_required = ao->ao_required,
		.accept_icmps = ao->accept_icmps,
		.pkt_good = ao->pkt_good,
		.pkt_bad = ao->pkt_bad,
		.pkt_key_not_found = ao->pkt_key_not_found,
		.pkt_ao_required = ao->pkt_ao_required,
		.pkt_dropped_icmp = ao->pkt_dropped_icmp,
	};
	if (ao->current) {
		out->set_current = 1;
		out->current_key = ao->current->sndid;
	}
	if (ao->rnext) {
		out->set_rnext = 1;
		out->rnext = ao->rnext->rcvid;
	}
}

static void fill_key(const struct sock *sk, const struct tcp_ao_key *key,
		     struct tcp_ao_getsockopt *out)
{
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	const bool v4_name = sk->sk_family == AF_INET;

	memset(out, 0, sizeof(*out));
	inet_write_sockaddr(sk, &key->peer.addr, 0, 0, &out->addr);
	memcpy(out->alg_name, alg_names[key->alg], strlen(alg_names[key->alg]));
	memcpy(out->key, key->key, key->keylen);
	out->keylen = key->keylen;
	out->sndid = key->sndid;
	out->rcvid = key->rcvid;
	out->prefix = (uint8_t)(key->peer.prefix - (v4_name ? 96 : 0));
	out->maclen = key->maclen;
	out->keyflags = key->keyflags;
	out->is_current = key == ao->current;
	out->is_rnext = key == ao->rnext;
	out->pkt_good = key->pkt_good;
	out->pkt_bad = key->pkt_bad;
}

/* All keys, as many as the buffer takes; the first entry's nkeys says how many there are. */
static int get_keys(const struct sock *sk, void *value, socklen_t *len)
{
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	const struct tcp_ao_key *key;
	struct tcp_ao_getsockopt ask, entry;
	uint32_t room = *len / (uint32_t)sizeof(entry), n = 0;

	if (!room)
		return -EINVAL;
	memcpy(&ask, value, sizeof(ask));
	if (!ask.get_all || ask.reserved)
		return -EINVAL;
	list_for_each_entry(key, &ao->keys, node) {
		if (n < room) {
			fill_key(sk, key, &entry);
			memcpy((uint8_t *)value + n * sizeof(entry), &entry, sizeof(entry));
		}
		n++;
	}
	memcpy((uint8_t *)value + offsetof(struct tcp_ao_getsockopt, nkeys), &n, sizeof(n));
	*len = (socklen_t)(min_u32(n, room) * sizeof(entry));
	return 0;
}

int tcp_ao_getsockopt(struct sock *sk, int name, void *value, socklen_t *len)
{
	struct tcp_ao_info_opt info;

	if (!tcp_sk(sk)->ao_info)
		return -ENOENT;
	if (name == TCP_AO_GET_KEYS)
		return get_keys(sk, value, len);
	if (*len < sizeof(info))
		return -EINVAL;
	fill_info(tcp_sk(sk)->ao_info, &info);
	memcpy(value, &info, sizeof(info));
	*len = sizeof(info);
	return 0;
}
