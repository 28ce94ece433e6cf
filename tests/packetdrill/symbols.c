// SPDX-License-Identifier: MIT
#include "symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Younger than the C library's headers. */
#ifndef SIOCINQ
#define SIOCINQ FIONREAD
#endif
#ifndef SIOCOUTQ
#define SIOCOUTQ TIOCOUTQ
#endif
#define TCP_AO_ADD_KEY 38
#define TCP_AO_DEL_KEY 39
#define TCP_AO_INFO    40
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

struct symbol {
	const char *name;
	int64_t value;
};

#define S(name)             \
	{                   \
#name, name \
	}

static const struct symbol constants[] = {
	S(AF_UNSPEC),
	S(AF_INET),
	S(AF_INET6),
	S(PF_INET),
	S(PF_INET6),
	S(SOCK_STREAM),
	S(SOCK_DGRAM),
	S(SOCK_RAW),
	S(SOCK_NONBLOCK),
	S(SOCK_CLOEXEC),
	S(IPPROTO_IP),
	S(IPPROTO_TCP),
	S(IPPROTO_UDP),
	S(IPPROTO_ICMP),
	S(IPPROTO_IPV6),
	S(SOL_SOCKET),
	S(SOL_IP),
	S(SOL_IPV6),
	S(SOL_TCP),
	S(SO_ACCEPTCONN),
	S(SO_BROADCAST),
	S(SO_DEBUG),
	S(SO_DONTROUTE),
	S(SO_DOMAIN),
	S(SO_ERROR),
	S(SO_KEEPALIVE),
	S(SO_LINGER),
	S(SO_OOBINLINE),
	S(SO_PRIORITY),
	S(SO_PROTOCOL),
	S(SO_RCVBUF),
	S(SO_RCVBUFFORCE),
	S(SO_RCVLOWAT),
	S(SO_RCVTIMEO),
	S(SO_REUSEADDR),
	S(SO_REUSEPORT),
	S(SO_SNDBUF),
	S(SO_SNDBUFFORCE),
	S(SO_SNDLOWAT),
	S(SO_SNDTIMEO),
	S(SO_TYPE),
	S(SO_MAX_PACING_RATE),
	S(IP_TOS),
	S(IP_TTL),
	S(IP_MTU),
	S(IP_MTU_DISCOVER),
	S(IP_BIND_ADDRESS_NO_PORT),
	S(IP_PMTUDISC_DONT),
	S(IP_PMTUDISC_WANT),
	S(IP_PMTUDISC_DO),
	S(IP_PMTUDISC_PROBE),
	S(IPV6_V6ONLY),
	S(IPV6_TCLASS),
	S(IPV6_UNICAST_HOPS),
	S(IPV6_MTU),
	S(TCP_NODELAY),
	S(TCP_MAXSEG),
	S(TCP_CORK),
	S(TCP_KEEPIDLE),
	S(TCP_KEEPINTVL),
	S(TCP_KEEPCNT),
	S(TCP_SYNCNT),
	S(TCP_LINGER2),
	S(TCP_DEFER_ACCEPT),
	S(TCP_WINDOW_CLAMP),
	S(TCP_INFO),
	S(TCP_QUICKACK),
	S(TCP_CONGESTION),
	S(TCP_MD5SIG),
	S(TCP_USER_TIMEOUT),
	S(TCP_FASTOPEN),
	S(TCP_FASTOPEN_CONNECT),
	S(TCP_FASTOPEN_KEY),
	S(TCP_FASTOPEN_NO_COOKIE),
	S(TCP_NOTSENT_LOWAT),
	S(TCP_TIMESTAMP),
	S(TCP_SAVE_SYN),
	S(TCP_SAVED_SYN),
	S(TCP_INQ),
	S(TCP_AO_ADD_KEY),
	S(TCP_AO_DEL_KEY),
	S(TCP_AO_INFO),
	S(MSG_OOB),
	S(MSG_PEEK),
	S(MSG_DONTROUTE),
	S(MSG_CTRUNC),
	S(MSG_TRUNC),
	S(MSG_DONTWAIT),
	S(MSG_EOR),
	S(MSG_WAITALL),
	S(MSG_ERRQUEUE),
	S(MSG_NOSIGNAL),
	S(MSG_MORE),
	S(MSG_FASTOPEN),
	S(MSG_CMSG_CLOEXEC),
	S(SHUT_RD),
	S(SHUT_WR),
	S(SHUT_RDWR),
	S(SOMAXCONN),
	S(F_GETFD),
	S(F_SETFD),
	S(F_GETFL),
	S(F_SETFL),
	S(FD_CLOEXEC),
	S(O_RDWR),
	S(O_NONBLOCK),
	S(O_RDONLY),
	S(O_WRONLY),
	S(FIONREAD),
	S(FIONBIO),
	S(SIOCATMARK),
	S(SIOCINQ),
	S(SIOCOUTQ),
	S(TIOCOUTQ),
	S(POLLIN),
	S(POLLPRI),
	S(POLLOUT),
	S(POLLERR),
	S(POLLHUP),
	S(POLLNVAL),
	S(POLLRDNORM),
	S(POLLRDBAND),
	S(POLLWRNORM),
	S(POLLWRBAND),
	S(POLLRDHUP),
	S(EPOLL_CTL_ADD),
	S(EPOLL_CTL_DEL),
	S(EPOLL_CTL_MOD),
	S(EPOLL_CLOEXEC),
	S(EPOLLIN),
	S(EPOLLPRI),
	S(EPOLLOUT),
	S(EPOLLERR),
	S(EPOLLHUP),
	S(EPOLLRDNORM),
	S(EPOLLRDBAND),
	S(EPOLLWRNORM),
	S(EPOLLWRBAND),
	S(EPOLLRDHUP),
	S(EPOLLEXCLUSIVE),
	S(EPOLLONESHOT),
	S(EPOLLET),
	S(TCP_ESTABLISHED),
	S(TCP_SYN_SENT),
	S(TCP_SYN_RECV),
	S(TCP_FIN_WAIT1),
	S(TCP_FIN_WAIT2),
	S(TCP_TIME_WAIT),
	S(TCP_CLOSE),
	S(TCP_CLOSE_WAIT),
	S(TCP_LAST_ACK),
	S(TCP_LISTEN),
	S(TCP_CLOSING),
	{"INADDR_ANY", 0},
	{"INADDR_LOOPBACK", INADDR_LOOPBACK},
};

static const struct symbol errors[] = {
	S(EPERM),	    S(ENOENT),	     S(EINTR),	      S(EIO),	       S(EBADF),
	S(EAGAIN),	    S(ENOMEM),	     S(EACCES),	      S(EFAULT),       S(EBUSY),
	S(EEXIST),	    S(ENODEV),	     S(EINVAL),	      S(ENFILE),       S(EMFILE),
	S(ENOTTY),	    S(ENOSPC),	     S(EPIPE),	      S(EDOM),	       S(ERANGE),
	S(ELOOP),	    S(EPROTO),	     S(EBADMSG),      S(EOVERFLOW),    S(ENOTSOCK),
	S(EDESTADDRREQ),    S(EMSGSIZE),     S(EPROTOTYPE),   S(ENOPROTOOPT),  S(EPROTONOSUPPORT),
	S(ESOCKTNOSUPPORT), S(EOPNOTSUPP),   S(EPFNOSUPPORT), S(EAFNOSUPPORT), S(EADDRINUSE),
	S(EADDRNOTAVAIL),   S(ENETDOWN),     S(ENETUNREACH),  S(ENETRESET),    S(ECONNABORTED),
	S(ECONNRESET),	    S(ENOBUFS),	     S(EISCONN),      S(ENOTCONN),     S(ESHUTDOWN),
	S(ETIMEDOUT),	    S(ECONNREFUSED), S(EHOSTDOWN),    S(EHOSTUNREACH), S(EALREADY),
	S(EINPROGRESS),	    S(EKEYREJECTED), S(ENOKEY),	      S(ENXIO),	       S(ENOENT),
	S(EWOULDBLOCK),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool symbol_value(const char *name, int64_t *value)
{
	for (size_t i = 0; i < COUNT(constants); i++)
		if (!strcmp(constants[i].name, name)) {
			*value = constants[i].value;
			return true;
		}
	return false;
}

int errno_value(const char *name)
{
	for (size_t i = 0; i < COUNT(errors); i++)
		if (!strcmp(errors[i].name, name))
			return (int)errors[i].value;
	return 0;
}

const char *errno_name(int value)
{
	for (size_t i = 0; i < COUNT(errors); i++)
		if (errors[i].value == value)
			return errors[i].name;
	return "an error without a name";
}
