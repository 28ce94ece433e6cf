// SPDX-License-Identifier: MIT
/*
 * The TCP MD5 signature option (RFC 2385): a shared secret per peer, and a digest over pseudo header,
 * TCP header without options, payload and secret in each segment. Obsolete (RFC 5925), yet what BGP
 * routers still speak.
 */
#include <net/tcp.h>

/* The key with the longest matching prefix. NULL: none. */
struct tcp_md5_key *tcp_md5_lookup(const struct sock *sk, const struct in6_addr *addr)
{
	struct tcp_md5_key *key, *best = NULL;

	list_for_each_entry(key, &tcp_sk(sk)->md5_keys, node) {
		if (tcp_key_peer_matches(&key->peer, addr) &&
		    (!best || key->peer.prefix > best->peer.prefix))
			best = key;
	}
	return best;
}

void tcp_md5_hash(const struct tcp_md5_key *key, const struct in6_addr *saddr,
		  const struct in6_addr *daddr, const struct sk_buff *skb, uint8_t *digest)
{
	const struct tcphdr *th = (const struct tcphdr *)skb->data;
	uint8_t pseudo[TCP_PSEUDO_MAX];
	struct tcphdr plain = *th;
	struct crypto_piece p[3 + TCP_AUTH_PIECES_MAX] = {{pseudo, 0}, {&plain, sizeof(plain)}};
	unsigned int count;

	plain.check = 0;
	p[0].len = tcp_auth_pseudo(pseudo, saddr, daddr, skb->len);
	count = 2 + tcp_auth_pieces(skb, th->doff * 4u, p + 2);
	p[count++] = (struct crypto_piece){key->key, key->keylen};
	crypto_md5(p, count, digest);
}

void tcp_md5_key_free(struct net *net, struct tcp_md5_key *key)
{
	list_del_init(&key->node);
	net->tcp->auth_keys--;
	memset(key, 0, sizeof(*key));
	port_free(net->port, key, sizeof(*key));
}

static struct tcp_md5_key *key_create(struct sock *sk)
{
	struct tcp_md5_key *key = port_alloc(sk->sk_net->port, sizeof(*key));

	if (!key)
		return NULL;
	memset(key, 0, sizeof(*key));
	list_add_tail(&key->node, &tcp_sk(sk)->md5_keys);
	net_tcp(sk)->auth_keys++;
	return key;
}

int tcp_md5_copy(struct sock *sk, const struct tcp_md5_key *from, const struct in6_addr *addr)
{
	struct tcp_md5_key *key = key_create(sk);

	if (!key)
		return -ENOMEM;
	key->peer = (struct tcp_key_peer){*addr, 128};
	key->keylen = from->keylen;
	memcpy(key->key, from->key, sizeof(key->key));
	return 0;
}

static struct tcp_md5_key *find_exact(struct sock *sk, const struct tcp_key_peer *peer)
{
	struct tcp_md5_key *key;

	list_for_each_entry(key, &tcp_sk(sk)->md5_keys, node) {
		if (tcp_key_peer_equal(&key->peer, peer))
			return key;
	}
	return NULL;
}

/* TCP_MD5SIG, TCP_MD5SIG_EXT: sets or, with a key of no length, deletes. */
int tcp_md5_setsockopt(struct sock *sk, int name, const void *value, socklen_t len)
{
	const struct tcp_ao_info *ao = tcp_sk(sk)->ao_info;
	struct tcp_key_peer peer;
	struct tcp_md5_key *key;
	struct tcp_md5sig cmd;
	int err;

	if (len < sizeof(cmd))
		return -EINVAL;
	memcpy(&cmd, value, sizeof(cmd));
	if (name == TCP_MD5SIG)
		cmd.tcpm_flags = 0;
	if (cmd.tcpm_flags & ~TCP_MD5SIG_FLAG_PREFIX)
		return -EINVAL;
	err = tcp_key_peer_read(sk, &cmd.tcpm_addr,
				cmd.tcpm_flags & TCP_MD5SIG_FLAG_PREFIX ? cmd.tcpm_prefixlen : -1,
				&peer);
	if (err)
		return err;
	key = find_exact(sk, &peer);
	if (!cmd.tcpm_keylen) {
		if (!key)
			return -ENOENT;
		tcp_md5_key_free(sk->sk_net, key);
		tcp_auth_update_header(sk);
		return 0;
	}
	if (cmd.tcpm_keylen > TCP_MD5SIG_MAXKEYLEN)
		return -EINVAL;
	if (ao && tcp_ao_lookup(ao, &peer.addr, -1, -1))
		return -EKEYREJECTED; /* one or the other (RFC 5925, 1.4) */
	if (!key)
		key = key_create(sk);
	if (!key)
		return -ENOMEM;
	key->peer = peer;
	key->keylen = (uint8_t)cmd.tcpm_keylen;
	memcpy(key->key, cmd.tcpm_key, cmd.tcpm_keylen);
	tcp_auth_update_header(sk);
	return 0;
}
