/* SPDX-License-Identifier: MIT */
/*
 * Authenticated segments: TCP-MD5 (RFC 2385, tcp_md5.c) and TCP-AO (RFC 5925, tcp_ao.c keys and
 * options, tcp_ao_mac.c keys' derivation and MACs); tcp_auth.c asks the one or the other. A socket
 * without keys costs a comparison a segment.
 */
#ifndef NET_TCP_AUTH_H
#define NET_TCP_AUTH_H

#include "crypto.h"
#include "inet_connection_sock.h"
#include "uapi.h"

/* Whom a key is for: a peer, or all in a net. prefix: bits of the IPv6 form of the address. */
struct tcp_key_peer {
	struct in6_addr addr;
	uint8_t prefix;
};

struct tcp_md5_key {
	struct list_head node;
	struct tcp_key_peer peer;
	uint8_t keylen;
	uint8_t key[TCP_MD5SIG_MAXKEYLEN];
};

enum tcp_ao_alg { TCP_AO_HMAC_SHA1, TCP_AO_CMAC_AES128, TCP_AO_ALGS };
#define TCP_AO_TRAFFIC_KEY_MAX CRYPTO_HMAC_SHA1_BYTES

/* A master key tuple (RFC 5925, 3.1). */
struct tcp_ao_key {
	struct list_head node;
	struct tcp_key_peer peer;
	uint8_t alg; /* enum tcp_ao_alg */
	uint8_t sndid, rcvid, maclen, keyflags;
	uint8_t keylen;
	uint8_t key[TCP_AO_MAXKEYLEN];
	/* Of the connection, once both initial numbers are known (RFC 5925, 5.2). */
	uint8_t send_other[TCP_AO_TRAFFIC_KEY_MAX], recv_other[TCP_AO_TRAFFIC_KEY_MAX];
	uint64_t pkt_good, pkt_bad;
};

/* The upper half of a sequence number (RFC 5925, 6.2), followed by a number that only grows. */
struct tcp_ao_sne {
	uint32_t seq, sne;
};

struct tcp_ao_info {
	struct list_head keys;
	struct tcp_ao_key *current, *rnext; /* to send with; asked for. NULL: none chosen */
	uint32_t lisn, risn;
	bool derived; /* both numbers are known: the keys have traffic keys */
	struct tcp_ao_sne snd, rcv;
	bool ao_required, accept_icmps;
	uint64_t pkt_good, pkt_bad, pkt_key_not_found, pkt_ao_required, pkt_dropped_icmp;
};

/* How one outgoing segment is authenticated. */
struct tcp_sign {
	enum { TCP_SIGN_NONE, TCP_SIGN_MD5, TCP_SIGN_AO } type;
	const struct tcp_md5_key *md5;
	const struct tcp_ao_key *ao;
	uint8_t rnext; /* RNextKeyID to tell */
	uint32_t sne;
	uint8_t traffic_key[TCP_AO_TRAFFIC_KEY_MAX];
};

/* Addresses and ports as one direction's segments have them, host-order ports. */
struct tcp_ao_ends {
	const struct in6_addr *saddr, *daddr;
	uint16_t sport, dport;
	uint32_t sisn, disn; /* disn 0: of a SYN */
};

/* ---- tcp_auth.c ---- */
/* Bytes that the option takes in each segment of sk. */
uint32_t tcp_auth_option_bytes(const struct sock *sk);
/* The key of the next segment of sk with these flags and number. */
void tcp_auth_sign_sock(struct sock *sk, uint8_t flags, uint32_t seq, struct tcp_sign *sign);
/* SYN-ACK and ACK of a request. */
void tcp_auth_sign_request(const struct request_sock *req, struct tcp_sign *sign);
void tcp_auth_sign_timewait(struct inet_timewait_sock *tw, struct tcp_sign *sign);
/* A RST in answer to skb, with sequence number seq; sk: who had it, or NULL. false: none is to go,
 * because nobody could believe it. */
bool tcp_auth_sign_reset(const struct sock *sk, const struct sk_buff *skb, uint32_t seq,
			 struct tcp_sign *sign);
uint32_t tcp_sign_option_bytes(const struct tcp_sign *sign);
/* Writes the option with a MAC of zeroes; returns where it ends, *mac: where the MAC is to go. */
uint8_t *tcp_sign_write_option(const struct tcp_sign *sign, uint8_t *to, uint8_t **mac);
/* All of the segment is there but checksum and MAC; data is at the TCP header. */
void tcp_sign_segment(const struct tcp_sign *sign, struct sk_buff *skb,
		      const struct in6_addr *saddr, const struct in6_addr *daddr, uint8_t *mac);
/* Whether a segment may go on to sk (a listener: for req, or NULL); counts. 0 or the reason. */
int tcp_auth_check(struct sock *sk, const struct request_sock *req, const struct sk_buff *skb);
/* connect() knows its peer and its number. 0 or -EKEYREJECTED: TCP-AO is required, there is no key. */
int tcp_auth_connect(struct sock *sk);
/* The SYN-ACK (or, simultaneous, SYN) came: the traffic keys. */
void tcp_auth_finish_connect(struct sock *sk, const struct sk_buff *skb);
/* What a SYN's option says of its keys. */
void tcp_auth_open_request(struct request_sock *req, const struct sk_buff *skb);
/* The listener's keys for this peer. 0 or a negative errno. */
int tcp_auth_create_child(struct sock *listener, struct sock *child,
			  const struct request_sock *req);
void tcp_auth_to_timewait(struct sock *sk, struct inet_timewait_sock *tw);
void tcp_auth_free_timewait(struct net *net, struct inet_timewait_sock *tw);
void tcp_auth_free(struct sock *sk);
/* Keys changed: how large headers are now. */
void tcp_auth_update_header(struct sock *sk);
bool tcp_key_peer_matches(const struct tcp_key_peer *peer, const struct in6_addr *addr);
/* Reads the address of a key option. prefix < 0: the whole address. 0 or -EINVAL. */
int tcp_key_peer_read(const struct sock *sk, const struct sockaddr_storage *addr, int prefix,
		      struct tcp_key_peer *peer);
bool tcp_key_peer_equal(const struct tcp_key_peer *a, const struct tcp_key_peer *b);
/* The pieces of skb's bytes from offset on; returns their number, at most TCP_AUTH_PIECES_MAX. */
#define TCP_AUTH_PIECES_MAX (MAX_SKB_FRAGS + 1u)
unsigned int tcp_auth_pieces(const struct sk_buff *skb, uint32_t offset, struct crypto_piece *p);
#define TCP_PSEUDO_MAX 40u
/* Writes the pseudo header; its bytes. */
uint32_t tcp_auth_pseudo(uint8_t *to, const struct in6_addr *saddr, const struct in6_addr *daddr,
			 uint32_t tcp_len);

/* ---- tcp_md5.c ---- */
struct tcp_md5_key *tcp_md5_lookup(const struct sock *sk, const struct in6_addr *addr);
void tcp_md5_hash(const struct tcp_md5_key *key, const struct in6_addr *saddr,
		  const struct in6_addr *daddr, const struct sk_buff *skb, uint8_t *digest);
int tcp_md5_setsockopt(struct sock *sk, int name, const void *value, socklen_t len);
/* A copy of the key for sk alone. 0 or -ENOMEM. */
int tcp_md5_copy(struct sock *sk, const struct tcp_md5_key *from, const struct in6_addr *addr);
void tcp_md5_key_free(struct net *net, struct tcp_md5_key *key);

/* ---- tcp_ao.c ---- */
/* sndid, rcvid < 0: any. */
struct tcp_ao_key *tcp_ao_lookup(const struct tcp_ao_info *ao, const struct in6_addr *addr,
				 int sndid, int rcvid);
struct tcp_ao_info *tcp_ao_info_alloc(struct net *net);
void tcp_ao_info_free(struct net *net, struct tcp_ao_info *ao);
void tcp_ao_key_free(struct net *net, struct tcp_ao_key *key);
/* Copies those of from's keys that are for addr. 0 or -ENOMEM. */
int tcp_ao_copy_matching(struct net *net, struct tcp_ao_info *to, const struct tcp_ao_info *from,
			 const struct in6_addr *addr);
int tcp_ao_setsockopt(struct sock *sk, int name, const void *value, socklen_t len);
int tcp_ao_getsockopt(struct sock *sk, int name, void *value, socklen_t *len);

/* The traffic keys of a connection whose numbers are known. */
void tcp_ao_derive_all(struct sock *sk);

/* ---- tcp_ao_mac.c ---- */
/* RFC 5926, 3.1. */
void tcp_ao_traffic_key(const struct tcp_ao_key *key, const struct tcp_ao_ends *ends,
			uint8_t *traffic_key);
/* RFC 5925, 5.1: of skb (data at the TCP header), whose MAC is to be at `mac_at`. */
void tcp_ao_mac(const struct tcp_ao_key *key, const uint8_t *traffic_key, uint32_t sne,
		const struct in6_addr *saddr, const struct in6_addr *daddr,
		const struct sk_buff *skb, const uint8_t *mac_at, uint8_t *mac);
/* The SNE of seq, by what is known of its direction. */
uint32_t tcp_ao_sne_of(const struct tcp_ao_sne *e, uint32_t seq);
/* The number that only grows is now seq. */
void tcp_ao_sne_follow(struct tcp_ao_sne *e, uint32_t seq);

#endif
