// SPDX-License-Identifier: MIT
/* TCP's state of one network: made with it, and torn down to the last orphan with it. */
#include <net/tcp.h>

int tcp_net_init(struct net *net)
{
	struct netns_tcp *tcp = port_alloc(net->port, sizeof(*tcp));
	int err;

	if (!tcp)
		return -ENOMEM;
	memset(tcp, 0, sizeof(*tcp));
	err = inet_hashinfo_init(net, &tcp->hashinfo);
	if (err) {
		port_free(net->port, tcp, sizeof(*tcp));
		return err;
	}
	INIT_LIST_HEAD(&tcp->xmit_pending);
	INIT_LIST_HEAD(&tcp->fastopen_cache);
	net->port->ops->random(net->port, &tcp->isn_key, sizeof(tcp->isn_key));
	net->port->ops->random(net->port, &tcp->ts_key, sizeof(tcp->ts_key));
	net->port->ops->random(net->port, &tcp->port_key, sizeof(tcp->port_key));
	net->port->ops->random(net->port, &tcp->cookie_key, sizeof(tcp->cookie_key));
	net->port->ops->random(net->port, &tcp->fastopen_keys.key[0],
			       sizeof(tcp->fastopen_keys.key[0]));
	tcp->fastopen_keys.number = 1;
	net->port->ops->random(net->port, tcp->hashinfo.table_perturb,
			       sizeof(tcp->hashinfo.table_perturb));
	net->tcp = tcp;
	return 0;
}

/* TIME_WAIT, requests and orphans: nobody else would end them now. */
static void drop_hashed(struct sock_common *c)
{
	struct sock *sk = (struct sock *)c;

	if (c->skc_state == TCP_TIME_WAIT) {
		inet_twsk_kill(c->skc_net, inet_twsk(c));
		return;
	}
	if (c->skc_state == TCP_NEW_SYN_RECV) {
		reqsk_unhash(inet_reqsk(c));
		reqsk_free(inet_reqsk(c));
		return;
	}
	assert(sock_flag(sk, SOCK_DEAD));
	tcp_done(sk);
}

void tcp_net_exit(struct net *net)
{
	struct netns_tcp *tcp = net->tcp;

	if (!tcp)
		return;
	local_bh_disable(net);
	for (uint32_t i = 0; i < tcp->hashinfo.ehash_size; i++) {
		struct list_head *chain = &tcp->hashinfo.ehash[i];

		while (!list_empty(chain))
			drop_hashed(list_first_entry(chain, struct sock_common, skc_node));
	}
	local_bh_enable(net);
	assert(!tcp->socks);
	tcp_fastopen_cache_free(net);
	inet_hashinfo_free(net, &tcp->hashinfo);
	net->tcp = NULL;
	port_free(net->port, tcp, sizeof(*tcp));
}
