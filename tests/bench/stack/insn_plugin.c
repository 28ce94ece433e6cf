// SPDX-License-Identifier: MIT
/*
 * A plug-in of QEMU's TCG: counts the instructions that the guest executes, by an addition in line with
 * each translated block, and writes the sum into a file whenever the processor has nothing to do:
 *	-plugin insn_plugin.so,count=PATH
 * The file holds one uint64_t; who waits for the guest to be idle reads an exact count.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <qemu-plugin.h>

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static qemu_plugin_u64 executed;
static volatile uint64_t *told;

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, QEMU_PLUGIN_INLINE_ADD_U64, executed,
							  qemu_plugin_tb_n_insns(tb));
}

static void idle(qemu_plugin_id_t id, unsigned int vcpu)
{
	(void)id;
	(void)vcpu;
	*told = qemu_plugin_u64_sum(executed);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv)
{
	int fd;

	(void)info;
	if (argc != 1 || strncmp(argv[0], "count=", 6)) {
		fprintf(stderr, "insn_plugin: pass count=PATH\n");
		return -1;
	}
	fd = open(argv[0] + 6, O_RDWR | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || ftruncate(fd, sizeof(*told))) {
		fprintf(stderr, "insn_plugin: cannot make '%s'\n", argv[0] + 6);
		return -1;
	}
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (told == MAP_FAILED)
		return -1;
	executed = qemu_plugin_scoreboard_u64(qemu_plugin_scoreboard_new(sizeof(uint64_t)));
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_vcpu_idle_cb(id, idle);
	return 0;
}
