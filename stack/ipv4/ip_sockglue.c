// SPDX-License-Identifier: MIT
/* Socket options of the IP level, ip(7). */
#include "ipv4.h"
#include <net/errno.h>

static int ip_value(const void *value, socklen_t len, int *out)
{
	if (len >= sizeof(int))
		memcpy(out, value, sizeof(int));
	else if (len >= 1)
		*out = *(const uint8_t *)value;
	else
		return -EINVAL;
	return 0;
}

int ip_setsockopt(struct sock *sk, int name, const void *value, socklen_t len)
{
	struct inet_sock *inet = inet_sk(sk);
	int v, err = ip_value(value, len, &v);

	if (err)
		return err;
	switch (name) {
	case IP_TOS:
		if (sk->sk_type == SOCK_STREAM) /* the ECN field is TCP's own (RFC 3168) */
			v = (v & ~INET_ECN_MASK) | (inet->tos & INET_ECN_MASK);
		inet->tos = (uint8_t)v;
		return 0;
	case IP_TTL:
		if (v != -1 && (v < 1 || v > 255))
			return -EINVAL;
		inet->uc_ttl = v == -1 ? 0 : (uint8_t)v;
		return 0;
	case IP_MTU_DISCOVER: /* datagrams are fragmented here whenever they have to */
		if (sk->sk_type != SOCK_STREAM)
			return -ENOPROTOOPT;
		if (v < IP_PMTUDISC_DONT || v > IP_PMTUDISC_PROBE)
			return -EINVAL;
		inet->pmtudisc = (uint8_t)v;
		return 0;
	case IP_BIND_ADDRESS_NO_PORT:
		inet->bind_address_no_port = v != 0;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int ip_getsockopt(struct sock *sk, int name, void *value, socklen_t *len)
{
	const struct inet_sock *inet = inet_sk(sk);
	int v;

	switch (name) {
	case IP_TOS:
		v = inet->tos;
		break;
	case IP_TTL:
		v = inet->uc_ttl ? inet->uc_ttl : IP_DEFAULT_TTL;
		break;
	case IP_MTU_DISCOVER:
		if (sk->sk_type != SOCK_STREAM)
			return -ENOPROTOOPT;
		v = inet->pmtudisc;
		break;
	case IP_BIND_ADDRESS_NO_PORT:
		v = inet->bind_address_no_port;
		break;
	case IP_MTU:
		if (!inet->route.generation)
			return -ENOTCONN;
		v = (int)inet->route.mtu_bytes;
		break;
	default:
		return -ENOPROTOOPT;
	}
	if (*len > sizeof(v))
		*len = sizeof(v);
	memcpy(value, &v, *len);
	return 0;
}
