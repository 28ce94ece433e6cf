// SPDX-License-Identifier: MIT
/* Options at SOL_SOCKET, socket(7). */
#include "file.h"
#include <string.h>

#define SOCK_MIN_SNDBUF_BYTES 4608u
#define SOCK_MIN_RCVBUF_BYTES 2304u
#define MAX_TIMEO_S	      (INT64_MAX / 1000000000 - 1)

static void set_flag(struct sock *sk, uint32_t flag, int on)
{
	if (on)
		sock_set_flag(sk, flag);
	else
		sock_reset_flag(sk, flag);
}

/* The kernel doubles what is asked for, to allow for its own overhead; so does this. */
static uint32_t buffer_bytes(int value, uint32_t max, uint32_t min)
{
	uint32_t bytes = value < 0 ? 0 : (uint32_t)value;

	if (bytes > max)
		bytes = max;
	if (bytes > INT32_MAX / 2)
		bytes = INT32_MAX / 2;
	bytes *= 2;
	return bytes < min ? min : bytes;
}

static int set_timeo(uint64_t *timeo_ns, const void *value, socklen_t len)
{
	struct timeval tv;

	if (len < sizeof(tv))
		return -EINVAL;
	memcpy(&tv, value, sizeof(tv));
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	if (tv.tv_sec < 0)
		*timeo_ns = 0;
	else if ((!tv.tv_sec && !tv.tv_usec) || tv.tv_sec > MAX_TIMEO_S)
		*timeo_ns = PORT_WAIT_FOREVER;
	else
		*timeo_ns = (uint64_t)tv.tv_sec * 1000000000u + (uint64_t)tv.tv_usec * 1000u;
	return 0;
}

static int set_linger(struct sock *sk, const void *value, socklen_t len)
{
	struct linger l;

	if (len < sizeof(l))
		return -EINVAL;
	memcpy(&l, value, sizeof(l));
	set_flag(sk, SOCK_LINGER, l.l_onoff);
	if (l.l_onoff)
		sk->sk_lingertime_ns = l.l_linger < 0 ? 0 : (uint64_t)l.l_linger * 1000000000u;
	return 0;
}

/* Bytes a second; as in Linux 32 bits, all ones for no limit, or 64. */
static int set_max_pacing_rate(struct sock *sk, const void *value, socklen_t len)
{
	uint32_t narrow;

	if (len >= sizeof(sk->sk_max_pacing_rate)) {
		memcpy(&sk->sk_max_pacing_rate, value, sizeof(sk->sk_max_pacing_rate));
		return 0;
	}
	if (len < sizeof(narrow))
		return -EINVAL;
	memcpy(&narrow, value, sizeof(narrow));
	sk->sk_max_pacing_rate = narrow == UINT32_MAX ? UINT64_MAX : narrow;
	return 0;
}

static int bind_to_device(struct sock *sk, const char *value, socklen_t len)
{
	char name[IFNAMSIZ] = "";
	struct net_device *dev;

	memcpy(name, value, len < sizeof(name) - 1 ? len : sizeof(name) - 1);
	if (!name[0]) {
		sk->sk_bound_dev = NULL;
		return 0;
	}
	list_for_each_entry(dev, &sk->sk_net->devices, node) {
		if (!strncmp(dev->name, name, sizeof(name))) {
			sk->sk_bound_dev = dev;
			return 0;
		}
	}
	return -ENODEV;
}

static int set_int(struct sock *sk, int name, int value)
{
	const struct sysctl *s = &sk->sk_net->sysctl;

	switch (name) {
	case SO_REUSEADDR:
		sk->sk_reuse = value != 0;
		return 0;
	case SO_REUSEPORT:
		sk->sk_reuseport = value != 0;
		return 0;
	case SO_BROADCAST:
		set_flag(sk, SOCK_BROADCAST, value);
		return 0;
	case SO_OOBINLINE:
		set_flag(sk, SOCK_URGINLINE, value);
		return 0;
	case SO_KEEPALIVE:
		if (sk->sk_prot->keepalive)
			sk->sk_prot->keepalive(sk, value != 0);
		set_flag(sk, SOCK_KEEPOPEN, value);
		return 0;
	case SO_PRIORITY:
		sk->sk_priority = (uint32_t)value;
		return 0;
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
		sk->sk_sndbuf = buffer_bytes(value, name == SO_SNDBUF ? s->wmem_max : UINT32_MAX,
					     SOCK_MIN_SNDBUF_BYTES);
		sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
		sk_write_space(sk);
		return 0;
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		sk->sk_rcvbuf = buffer_bytes(value, name == SO_RCVBUF ? s->rmem_max : UINT32_MAX,
					     SOCK_MIN_RCVBUF_BYTES);
		sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
		return 0;
	case SO_RCVLOWAT:
		sk->sk_rcvlowat = value < 0 ? INT32_MAX : value ? value : 1;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

int sock_setsockopt(struct sock *sk, int name, const void *value, socklen_t len)
{
	int err, number;

	lock_sock(sk);
	switch (name) {
	case SO_RCVTIMEO:
		err = set_timeo(&sk->sk_rcvtimeo_ns, value, len);
		break;
	case SO_SNDTIMEO:
		err = set_timeo(&sk->sk_sndtimeo_ns, value, len);
		break;
	case SO_LINGER:
		err = set_linger(sk, value, len);
		break;
	case SO_BINDTODEVICE:
		err = bind_to_device(sk, value, len);
		break;
	case SO_MAX_PACING_RATE:
		err = set_max_pacing_rate(sk, value, len);
		break;
	default:
		err = -EINVAL;
		if (len >= sizeof(number)) {
			memcpy(&number, value, sizeof(number));
			err = set_int(sk, name, number);
		}
	}
	release_sock(sk);
	return err;
}

static int get_int(struct sock *sk, int name, int *value)
{
	switch (name) {
	case SO_REUSEADDR:
		*value = sk->sk_reuse;
		return 0;
	case SO_REUSEPORT:
		*value = sk->sk_reuseport;
		return 0;
	case SO_BROADCAST:
		*value = sock_flag(sk, SOCK_BROADCAST);
		break;
	case SO_OOBINLINE:
		*value = sock_flag(sk, SOCK_URGINLINE);
		break;
	case SO_KEEPALIVE:
		*value = sock_flag(sk, SOCK_KEEPOPEN);
		break;
	case SO_PRIORITY:
		*value = (int)sk->sk_priority;
		return 0;
	case SO_SNDBUF:
		*value = (int)sk->sk_sndbuf;
		return 0;
	case SO_RCVBUF:
		*value = (int)sk->sk_rcvbuf;
		return 0;
	case SO_RCVLOWAT:
		*value = sk->sk_rcvlowat;
		return 0;
	case SO_SNDLOWAT:
		*value = 1;
		return 0;
	case SO_TYPE:
		*value = sk->sk_type;
		return 0;
	case SO_DOMAIN:
		*value = sk->sk_family;
		return 0;
	case SO_PROTOCOL:
		*value = sk->sk_protocol;
		return 0;
	case SO_ERROR:
		*value = -sock_error(sk);
		if (!*value) {
			*value = sk->sk_err_soft;
			sk->sk_err_soft = 0;
		}
		return 0;
	case SO_ACCEPTCONN:
		*value = sk->sk_state == TCP_LISTEN;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
	*value = *value != 0;
	return 0;
}

static struct timeval timeo_timeval(uint64_t timeo_ns)
{
	if (timeo_ns == PORT_WAIT_FOREVER)
		return (struct timeval){0, 0};
	return (struct timeval){(long)(timeo_ns / 1000000000u),
				(long)(timeo_ns % 1000000000u / 1000u)};
}

static void memory_info(const struct sock *sk, uint32_t *mem)
{
	mem[SK_MEMINFO_RMEM_ALLOC] = sk->sk_rmem_alloc;
	mem[SK_MEMINFO_RCVBUF] = sk->sk_rcvbuf;
	mem[SK_MEMINFO_WMEM_ALLOC] = sk->sk_wmem_alloc;
	mem[SK_MEMINFO_SNDBUF] = sk->sk_sndbuf;
	mem[SK_MEMINFO_WMEM_QUEUED] = sk->sk_wmem_queued;
	mem[SK_MEMINFO_BACKLOG] = sk->sk_backlog_bytes;
	mem[SK_MEMINFO_DROPS] = sk->sk_drops;
}

int sock_getsockopt(struct sock *sk, int name, void *value, socklen_t *len)
{
	union {
		int number;
		struct timeval tv;
		struct linger linger;
		uint32_t rate32;
		uint64_t rate64;
		char dev_name[IFNAMSIZ];
		uint32_t mem[SK_MEMINFO_VARS];
	} v;
	socklen_t have = sizeof(v.number);
	int err = 0;

	memset(&v, 0, sizeof(v)); /* all of it, whichever member comes first */
	switch (name) {
	case SO_RCVTIMEO:
	case SO_SNDTIMEO:
		v.tv = timeo_timeval(name == SO_RCVTIMEO ? sk->sk_rcvtimeo_ns : sk->sk_sndtimeo_ns);
		have = sizeof(v.tv);
		break;
	case SO_LINGER:
		v.linger.l_onoff = sock_flag(sk, SOCK_LINGER);
		v.linger.l_linger = (int)(sk->sk_lingertime_ns / 1000000000u);
		have = sizeof(v.linger);
		break;
	case SO_BINDTODEVICE:
		if (sk->sk_bound_dev)
			memcpy(v.dev_name, sk->sk_bound_dev->name, sizeof(v.dev_name));
		have = sk->sk_bound_dev ? (socklen_t)strlen(v.dev_name) + 1 : 0;
		break;
	case SO_MAX_PACING_RATE:
		v.rate64 = sk->sk_max_pacing_rate;
		have = sizeof(v.rate64);
		if (*len < sizeof(v.rate64)) {
			v.rate32 = v.rate64 < UINT32_MAX ? (uint32_t)v.rate64 : UINT32_MAX;
			have = sizeof(v.rate32);
		}
		break;
	case SO_MEMINFO:
		memory_info(sk, v.mem);
		have = sizeof(v.mem);
		break;
	default:
		err = get_int(sk, name, &v.number);
	}
	if (err)
		return err;
	if (*len > have)
		*len = have;
	memcpy(value, &v, *len);
	return 0;
}
