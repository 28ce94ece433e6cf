// SPDX-License-Identifier: MIT
/*
 * The descriptor table of a process: the lowest free number, a limit of its own (EMFILE) and one
 * for all tables of a network (ENFILE). It grows by doubling; a bitmap finds the lowest free slot.
 */
#include "file.h"
#include <string.h>

#define FILES_INITIAL_SLOTS 64u
#define FILES_DEFAULT_LIMIT 1024u

struct files_struct {
	struct net *net;
	unsigned int limit;
	unsigned int slots; /* of the arrays, a multiple of 64 */
	unsigned int first_free_hint;
	struct file **fds;
	uint64_t *used; /* bit per slot */
};

struct net *files_net(const struct files_struct *files)
{
	return files->net;
}

unsigned int files_limit(const struct files_struct *files)
{
	return files->limit;
}

static size_t table_bytes(unsigned int slots)
{
	return slots * sizeof(struct file *) + slots / 64 * sizeof(uint64_t);
}

static int files_resize(struct files_struct *files, unsigned int slots)
{
	struct port *port = files->net->port;
	struct file **fds = port_alloc(port, table_bytes(slots));
	uint64_t *used;

	if (!fds)
		return -ENOMEM;
	used = (uint64_t *)(fds + slots);
	memset(fds, 0, table_bytes(slots));
	if (files->slots) {
		memcpy(fds, files->fds, files->slots * sizeof(*fds));
		memcpy(used, files->used, files->slots / 64 * sizeof(*used));
		port_free(port, files->fds, table_bytes(files->slots));
	}
	files->fds = fds;
	files->used = used;
	files->slots = slots;
	return 0;
}

struct files_struct *files_create(struct net *net, unsigned int nofile_limit)
{
	struct files_struct *files = port_alloc(net->port, sizeof(*files));

	if (!files)
		return NULL;
	*files = (struct files_struct){
		.net = net,
		.limit = nofile_limit ? nofile_limit : FILES_DEFAULT_LIMIT,
	};
	if (files_resize(files, FILES_INITIAL_SLOTS)) {
		port_free(net->port, files, sizeof(*files));
		return NULL;
	}
	return files;
}

void files_destroy(struct files_struct *files)
{
	struct port *port = files->net->port;

	for (unsigned int fd = 0; fd < files->slots; fd++)
		if (files->fds[fd])
			sys_close(files, (int)fd);
	port_free(port, files->fds, table_bytes(files->slots));
	port_free(port, files, sizeof(*files));
}

static unsigned int lowest_free(const struct files_struct *files)
{
	for (unsigned int word = files->first_free_hint / 64; word < files->slots / 64; word++)
		if (~files->used[word])
			return word * 64 + (unsigned int)__builtin_ctzll(~files->used[word]);
	return files->slots;
}

int fd_reserve(struct files_struct *files)
{
	unsigned int fd = lowest_free(files);

	if (fd >= files->limit) {
		NET_INC(files->net, LimitProcessFiles);
		return -EMFILE;
	}
	if (fd == files->slots && files_resize(files, files->slots * 2))
		return -ENOMEM;
	files->used[fd / 64] |= 1ull << (fd % 64);
	files->first_free_hint = fd + 1;
	return (int)fd;
}

void fd_release(struct files_struct *files, int fd)
{
	files->fds[fd] = NULL;
	files->used[fd / 64] &= ~(1ull << (fd % 64));
	if ((unsigned int)fd < files->first_free_hint)
		files->first_free_hint = (unsigned int)fd;
}

void fd_fill(struct files_struct *files, int fd, struct file *f)
{
	files->fds[fd] = f;
}

int fd_install(struct files_struct *files, struct file *f)
{
	const int fd = fd_reserve(files);

	if (fd >= 0)
		fd_fill(files, fd, f);
	return fd;
}

struct file *fget(struct files_struct *files, int fd)
{
	struct file *f;

	if (fd < 0 || (unsigned int)fd >= files->slots || !files->fds[fd])
		return NULL;
	f = files->fds[fd];
	f->refcnt++;
	return f;
}

void fput(struct file *f)
{
	if (--f->refcnt == 0)
		f->ops->release(f);
}

int file_init(struct file *f, struct net *net, const struct file_ops *ops, uint32_t flags)
{
	if (net->files_open >= net->sysctl.file_max) {
		NET_INC(net, LimitSystemFiles);
		return -ENFILE;
	}
	net->files_open++;
	*f = (struct file){.ops = ops, .net = net, .refcnt = 1, .flags = flags & O_NONBLOCK};
	INIT_LIST_HEAD(&f->epitems);
	return 0;
}

void file_exit(struct file *f)
{
	f->net->files_open--;
}

int sys_close(struct files_struct *files, int fd)
{
	struct file *f;

	if (fd < 0 || (unsigned int)fd >= files->slots || !files->fds[fd])
		return -EBADF;
	f = files->fds[fd];
	fd_release(files, fd);
	eventpoll_release_file(f);
	fput(f);
	return 0;
}

int sys_fcntl(struct files_struct *files, int fd, int cmd, long arg)
{
	struct file *f = fget(files, fd);
	int result = 0;

	if (!f)
		return -EBADF;
	switch (cmd) {
	case F_GETFL:
		result = (int)(f->flags | O_RDWR);
		break;
	case F_SETFL:
		f->flags = (uint32_t)arg & O_NONBLOCK;
		break;
	case F_GETFD: /* no exec here: the flag is accepted and means nothing */
	case F_SETFD:
		break;
	default:
		result = -EINVAL;
	}
	fput(f);
	return result;
}
