// SPDX-License-Identifier: MIT
/* Control messages that recvmsg() gives beside the data, cmsg(3). */
#include <net/sock.h>
#include <string.h>

void put_cmsg(struct msghdr *msg, int level, int type, const void *data, size_t len)
{
	struct cmsghdr head = {sizeof(head) + len, level, type};
	const size_t aligned = CMSG_ALIGN(head.cmsg_len);
	uint8_t *to = msg->msg_control;

	if (!to || msg->msg_controllen < sizeof(head)) {
		msg->msg_flags |= MSG_CTRUNC;
		return;
	}
	if (msg->msg_controllen < head.cmsg_len) {
		msg->msg_flags |= MSG_CTRUNC;
		head.cmsg_len = msg->msg_controllen;
	}
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), data, head.cmsg_len - sizeof(head));
	len = aligned < msg->msg_controllen ? aligned : msg->msg_controllen;
	msg->msg_control = to + len;
	msg->msg_controllen -= len;
}
