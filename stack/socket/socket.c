// SPDX-License-Identifier: MIT
/* The system calls on sockets (socket.h): arguments are checked here, the protocol does the work.
 */
#include "file.h"
#include <string.h>

#define SOCK_TYPE_MASK 0xf
#define SOCK_MAX       11

static uint32_t socket_file_poll(struct file *f)
{
	struct sock *sk = file_socket(f)->socket.sk;

	return sk->sk_prot->poll(sk);
}

static struct wait_queue_head *socket_file_wait_queue(struct file *f)
{
	return &file_socket(f)->socket.sk->sk_wq;
}

static void socket_file_release(struct file *f)
{
	struct socket_file *sf = file_socket(f);
	struct sock *sk = sf->socket.sk;

	if (sk)
		sk->sk_prot->close(sk);
	file_exit(f);
	port_free(f->net->port, sf, sizeof(*sf));
}

const struct file_ops socket_file_ops = {
	.poll = socket_file_poll,
	.wait_queue = socket_file_wait_queue,
	.release = socket_file_release,
};

/* NULL and *err; the file has no sock yet. */
static struct socket_file *socket_file_alloc(struct net *net, int type_flags, int *err)
{
	struct socket_file *sf = port_alloc(net->port, sizeof(*sf));

	*err = -ENOMEM;
	if (!sf)
		return NULL;
	sf->socket = (struct socket){.file = &sf->file};
	*err = file_init(&sf->file, net, &socket_file_ops,
			 type_flags & SOCK_NONBLOCK ? O_NONBLOCK : 0);
	if (*err) {
		port_free(net->port, sf, sizeof(*sf));
		return NULL;
	}
	return sf;
}

static void socket_graft(struct socket_file *sf, struct sock *sk)
{
	sf->socket.sk = sk;
	sk->sk_socket = &sf->socket;
}

int sys_socket(struct files_struct *files, int domain, int type, int protocol)
{
	struct net *net = files_net(files);
	const struct inet_protosw *row;
	struct socket_file *sf;
	struct sock *sk;
	int err;

	if ((type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) ||
	    (type & SOCK_TYPE_MASK) >= SOCK_MAX)
		return -EINVAL;
	row = inet_protosw_find(domain, type & SOCK_TYPE_MASK, protocol, &err);
	if (!row)
		return err;
	sf = socket_file_alloc(net, type, &err);
	if (!sf)
		return err;
	local_bh_disable(net);
	sk = sk_alloc(net, (uint16_t)domain, row->prot, row->type,
		      protocol ? protocol : row->protocol);
	err = sk ? row->prot->init(sk) : -ENOMEM;
	if (err && sk)
		sock_put(sk);
	local_bh_enable(net);
	if (!err) {
		socket_graft(sf, sk);
		err = fd_install(files, &sf->file);
	}
	if (err < 0)
		fput(&sf->file);
	return err;
}

/* A reference to the socket that fd names; NULL and *err. */
static struct socket_file *socket_get(struct files_struct *files, int fd, int *err)
{
	struct file *f = fget(files, fd);
	struct socket_file *sf;

	*err = -EBADF;
	if (!f)
		return NULL;
	sf = file_socket(f);
	*err = -ENOTSOCK;
	if (!sf)
		fput(f);
	return sf;
}

/* An address that the application gives. */
static int check_addr(const struct sockaddr *addr, socklen_t len)
{
	if (len > sizeof(struct sockaddr_storage))
		return -EINVAL;
	return len && !addr ? -EFAULT : 0;
}

int sys_bind(struct files_struct *files, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct socket_file *sf;
	struct sock *sk;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	err = check_addr(addr, len);
	if (!err)
		err = sk->sk_prot->bind(sk, addr, len);
	fput(&sf->file);
	return err;
}

int sys_listen(struct files_struct *files, int fd, int backlog)
{
	struct socket_file *sf;
	struct sock *sk;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	err = sk->sk_prot->listen ? sk->sk_prot->listen(sk, backlog) : -EOPNOTSUPP;
	fput(&sf->file);
	return err;
}

/* Copies what fits into the caller's buffer and tells the full length. */
static int put_addr(const struct sockaddr_storage *from, socklen_t from_len, struct sockaddr *addr,
		    socklen_t *len)
{
	if (!len)
		return -EFAULT;
	if ((int32_t)*len < 0)
		return -EINVAL;
	if (*len && !addr)
		return -EFAULT;
	if (*len)
		memcpy(addr, from, *len < from_len ? *len : from_len);
	*len = from_len;
	return 0;
}

/* The next connection of the listener, in sf; the peer's address where it is asked for. 0 or errno. */
static int accept_into(struct socket_file *sf, struct socket_file *listener, struct sockaddr *addr,
		       socklen_t *len)
{
	struct sock *lsk = listener->socket.sk, *sk;
	struct sockaddr_storage peer;
	int err;

	sk = lsk->sk_prot->accept(lsk, (int)listener->file.flags, &err);
	if (!sk)
		return err;
	socket_graft(sf, sk);
	if (!addr)
		return 0;
	err = sk->sk_prot->getname(sk, &peer, NAME_ACCEPTED);
	if (err > 0)
		err = put_addr(&peer, (socklen_t)err, addr, len);
	return err == -ENOTCONN ? -ECONNABORTED : err;
}

/* The descriptor comes first, so that its lack does not lose a connection; it names nothing yet, as
 * other tasks may try it while this one sleeps. */
static int do_accept(struct files_struct *files, struct socket_file *listener,
		     struct sockaddr *addr, socklen_t *len, int flags)
{
	struct socket_file *sf;
	int err, fd;

	if (!listener->socket.sk->sk_prot->accept)
		return -EOPNOTSUPP;
	fd = fd_reserve(files);
	if (fd < 0)
		return fd;
	sf = socket_file_alloc(files_net(files), flags, &err);
	if (sf)
		err = accept_into(sf, listener, addr, len);
	if (!err) {
		fd_fill(files, fd, &sf->file);
		return fd;
	}
	fd_release(files, fd);
	if (sf)
		fput(&sf->file);
	return err;
}

int sys_accept4(struct files_struct *files, int fd, struct sockaddr *addr, socklen_t *len,
		int flags)
{
	struct socket_file *sf;
	int result;

	sf = socket_get(files, fd, &result);
	if (!sf)
		return result;
	result = -EINVAL;
	if (!(flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)))
		result = do_accept(files, sf, addr, len, flags);
	fput(&sf->file);
	return result;
}

int sys_connect(struct files_struct *files, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct socket_file *sf;
	struct sock *sk;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	err = check_addr(addr, len);
	if (!err && len < sizeof(addr->sa_family))
		err = -EINVAL;
	if (!err)
		err = sk->sk_prot->connect(sk, addr, len, (int)sf->file.flags);
	fput(&sf->file);
	return err;
}

/* The bytes of an iovec array, or -EINVAL, -EFAULT. Memory to read into is looked at when there is
 * something to read. */
static long iov_total(const struct iovec *iov, size_t count, bool is_write)
{
	size_t total = 0;

	if (count == 1 && iov && iov->iov_len <= INT64_MAX)
		return is_write && iov->iov_len && !iov->iov_base ? -EFAULT : (long)iov->iov_len;
	if (count && !iov)
		return -EFAULT;
	for (size_t i = 0; i < count; i++) {
		if (iov[i].iov_len > (size_t)INT64_MAX - total)
			return -EINVAL;
		if (is_write && iov[i].iov_len && !iov[i].iov_base)
			return -EFAULT;
		total += iov[i].iov_len;
	}
	return (long)total;
}

/* Sends what msg holds, or fills it; bad: what is wrong with the arguments, or 0. */
static inline __attribute__((always_inline)) long
do_msg(struct files_struct *files, int fd, struct msghdr *msg, int flags, bool is_write, long bad)
{
	struct socket_file *sf;
	struct iov_iter iter;
	long result = bad;
	struct sock *sk;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	if (!bad)
		result = iov_total(msg->msg_iov, msg->msg_iovlen, is_write);
	if (sf->file.flags & O_NONBLOCK)
		flags |= MSG_DONTWAIT;
	if (result >= 0) {
		iov_iter_init(&iter, sk->sk_net->port, msg->msg_iov, msg->msg_iovlen,
			      (size_t)result);
		if (is_write) {
			result = sk->sk_prot->sendmsg(sk, msg, &iter, flags);
		} else {
			msg->msg_flags = 0;
			result = sk->sk_prot->recvmsg(sk, msg, &iter, flags);
		}
	}
	fput(&sf->file);
	return result;
}

static long send_msg(struct files_struct *files, int fd, struct msghdr *msg, int flags, long bad)
{
	return do_msg(files, fd, msg, flags, true, bad);
}

static long recv_msg(struct files_struct *files, int fd, struct msghdr *msg, int flags, long bad)
{
	return do_msg(files, fd, msg, flags, false, bad);
}

static long check_msg(const struct msghdr *msg)
{
	if (!msg)
		return -EFAULT;
	return msg->msg_iovlen > UIO_MAXIOV ? -EMSGSIZE : 0;
}

long sys_sendmsg(struct files_struct *files, int fd, const struct msghdr *msg, int flags)
{
	long bad = check_msg(msg);

	if (!bad && msg->msg_name && msg->msg_namelen > sizeof(struct sockaddr_storage))
		bad = -EINVAL;
	return send_msg(files, fd, (struct msghdr *)(uintptr_t)msg, flags, bad);
}

long sys_recvmsg(struct files_struct *files, int fd, struct msghdr *msg, int flags)
{
	const long bad = check_msg(msg);
	void *control;
	size_t room;
	long result;

	if (bad)
		return recv_msg(files, fd, msg, flags, bad);
	control = msg->msg_control;
	room = control ? msg->msg_controllen : 0;
	msg->msg_controllen = room;
	result = recv_msg(files, fd, msg, flags, 0);
	msg->msg_control = control;
	msg->msg_controllen = room - msg->msg_controllen;
	return result;
}

long sys_sendto(struct files_struct *files, int fd, const void *buf, size_t len, int flags,
		const struct sockaddr *to, socklen_t to_len)
{
	struct iovec iov = {(void *)(uintptr_t)buf, len};
	const struct msghdr msg = {
		.msg_name = (void *)(uintptr_t)to,
		.msg_namelen = to ? to_len : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};

	return sys_sendmsg(files, fd, &msg, flags);
}

long sys_recvfrom(struct files_struct *files, int fd, void *buf, size_t len, int flags,
		  struct sockaddr *from, socklen_t *from_len)
{
	struct iovec iov = {buf, len};
	struct sockaddr_storage name;
	struct msghdr msg = {
		.msg_name = from ? &name : NULL,
		.msg_namelen = from ? sizeof(name) : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	long n = recv_msg(files, fd, &msg, flags, 0);

	if (n < 0 || !from)
		return n;
	if (msg.msg_namelen) {
		int err = put_addr(&name, msg.msg_namelen, from, from_len);

		return err ? err : n;
	}
	if (from_len)
		*from_len = 0;
	return n;
}

/* Memory of read(), write() and their kin. */
static struct msghdr msg_of(const struct iovec *iov, size_t count)
{
	return (struct msghdr){.msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = count};
}

static long check_count(int count)
{
	return count < 0 || count > UIO_MAXIOV ? -EINVAL : 0;
}

/* A file that is no socket has no bytes. */
static long rw_result(long result)
{
	return result == -ENOTSOCK ? -EINVAL : result;
}

long sys_readv(struct files_struct *files, int fd, const struct iovec *iov, int count)
{
	struct msghdr msg = msg_of(iov, (size_t)count);

	return rw_result(recv_msg(files, fd, &msg, 0, check_count(count)));
}

long sys_writev(struct files_struct *files, int fd, const struct iovec *iov, int count)
{
	struct msghdr msg = msg_of(iov, (size_t)count);

	return rw_result(send_msg(files, fd, &msg, 0, check_count(count)));
}

/* One piece of memory and nothing else: the protocol gets it without a detour by an array. */
static inline __attribute__((always_inline)) long rw_buffer(struct files_struct *files, int fd,
							    void *buf, size_t len, bool is_write)
{
	struct msghdr msg = {0};
	struct socket_file *sf;
	struct iov_iter iter;
	struct sock *sk;
	int flags;
	long result;

	sf = socket_get(files, fd, &flags);
	if (unlikely(!sf))
		return rw_result(flags);
	sk = sf->socket.sk;
	flags = sf->file.flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
	iter = (struct iov_iter){.at = buf, .here = len, .count = len, .port = sk->sk_net->port};
	if (unlikely(len > (size_t)INT64_MAX))
		result = -EINVAL;
	else if (!is_write)
		result = sk->sk_prot->recvmsg(sk, &msg, &iter, flags);
	else if (unlikely(len && !buf))
		result = -EFAULT;
	else
		result = sk->sk_prot->sendmsg(sk, &msg, &iter, flags);
	fput(&sf->file);
	return result;
}

long sys_read(struct files_struct *files, int fd, void *buf, size_t len)
{
	return rw_buffer(files, fd, buf, len, false);
}

long sys_write(struct files_struct *files, int fd, const void *buf, size_t len)
{
	return rw_buffer(files, fd, (void *)(uintptr_t)buf, len, true);
}

int sys_shutdown(struct files_struct *files, int fd, int how)
{
	struct socket_file *sf;
	struct sock *sk;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	if (how < SHUT_RD || how > SHUT_RDWR)
		err = -EINVAL;
	else if (!sk->sk_prot->shutdown)
		err = -EOPNOTSUPP;
	else /* SHUT_RD, SHUT_WR, SHUT_RDWR are one less than the masks */
		err = sk->sk_prot->shutdown(sk, how + 1);
	fput(&sf->file);
	return err;
}

static int getname(struct files_struct *files, int fd, struct sockaddr *addr, socklen_t *len,
		   enum name_of of)
{
	struct sockaddr_storage name;
	struct socket_file *sf;
	struct sock *sk;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	err = sk->sk_prot->getname(sk, &name, of);
	if (err > 0)
		err = put_addr(&name, (socklen_t)err, addr, len);
	fput(&sf->file);
	return err;
}

int sys_getsockname(struct files_struct *files, int fd, struct sockaddr *addr, socklen_t *len)
{
	return getname(files, fd, addr, len, NAME_LOCAL);
}

int sys_getpeername(struct files_struct *files, int fd, struct sockaddr *addr, socklen_t *len)
{
	return getname(files, fd, addr, len, NAME_PEER);
}

int sys_setsockopt(struct files_struct *files, int fd, int level, int name, const void *value,
		   socklen_t len)
{
	struct socket_file *sf;
	struct sock *sk;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	if ((int32_t)len < 0)
		err = -EINVAL;
	else if (len && !value)
		err = -EFAULT;
	else if (level == SOL_SOCKET)
		err = sock_setsockopt(sk, name, value, len);
	else if (sk->sk_prot->setsockopt)
		err = sk->sk_prot->setsockopt(sk, level, name, value, len);
	else
		err = -ENOPROTOOPT;
	fput(&sf->file);
	return err;
}

int sys_getsockopt(struct files_struct *files, int fd, int level, int name, void *value,
		   socklen_t *len)
{
	struct socket_file *sf;
	struct sock *sk;
	char none;
	int err;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err;
	sk = sf->socket.sk;
	if (!len)
		err = -EFAULT;
	else if ((int32_t)*len < 0)
		err = -EINVAL;
	else if (!value && *len)
		err = -EFAULT;
	else if (level == SOL_SOCKET)
		err = sock_getsockopt(sk, name, value ? value : &none, len);
	else if (sk->sk_prot->getsockopt)
		err = sk->sk_prot->getsockopt(sk, level, name, value ? value : &none, len);
	else
		err = -EOPNOTSUPP;
	fput(&sf->file);
	return err;
}

int sys_ioctl(struct files_struct *files, int fd, unsigned long request, void *arg)
{
	struct socket_file *sf;
	struct sock *sk;
	int err, value = 0;

	sf = socket_get(files, fd, &err);
	if (!sf)
		return err == -ENOTSOCK ? -ENOTTY : err;
	sk = sf->socket.sk;
	if (!arg) {
		err = -EFAULT;
	} else if (request == FIONBIO) {
		memcpy(&value, arg, sizeof(value));
		sf->file.flags = value ? O_NONBLOCK : 0;
		err = 0;
	} else {
		err = sk->sk_prot->ioctl ? sk->sk_prot->ioctl(sk, request, &value) : -ENOTTY;
		if (!err)
			memcpy(arg, &value, sizeof(value));
	}
	fput(&sf->file);
	return err;
}
