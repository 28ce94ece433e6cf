// SPDX-License-Identifier: MIT
#include "column.h"

#include <check.h>
#include <net/ipv6.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_BASE 0x0a000000u
#define LINK_LIMIT   (5 * HOST_SECOND)

struct bring_up {
	struct column *column;
	const struct e1000_options *driver;
	int side;
};

static struct in6_addr address6(int side)
{
	return (struct in6_addr){.s6_addr = {0xfd, [15] = (uint8_t)(1 + side)}};
}

static void configure_ipv6(struct column_side *s, int side)
{
	const struct in6_addr addr = address6(side);
	struct net_ipv6_info info;

	ck_assert_int_eq(net_ipv6_configure(s->dev, &addr, 64, NULL), 0);
	do { /* until duplicate address detection is through */
		ck_assert_uint_lt(host_now_ns(host_world(s->host)), LINK_LIMIT);
		host_sleep(s->host, 10 * HOST_MS);
		ck_assert_uint_ge(net_ipv6_addresses(s->dev, &info, 1), 1);
	} while (!info.usable);
}

static void bring_up(void *arg)
{
	struct bring_up *b = arg;
	struct column_side *s = &b->column->side[b->side];

	ck_assert_int_eq(e1000_probe(s->card, s->net, b->driver, &s->dev), 0);
	ck_assert_int_eq(dev_set_features(s->dev, s->dev->features & ~b->column->features_off), 0);
	ck_assert_int_eq(dev_open(s->dev), 0);
	ck_assert_int_eq(net_ipv4_configure(s->dev, ADDRESS_BASE + 1u + (uint32_t)b->side, 24, 0),
			 0);
	while (!s->dev->carrier) {
		ck_assert_uint_lt(host_now_ns(b->column->world), LINK_LIMIT);
		host_sleep(s->host, HOST_MS);
	}
	if (b->column->ipv6)
		configure_ipv6(s, b->side);
}

static void open_platform(struct column *c, const struct column_options *o)
{
	char config[128], err[256] = "";

	c->platform = card_platform_open(NULL, o->platform, err, sizeof(err));
	ck_assert_msg(c->platform, "%s", err);
	for (int i = 0; i < 2; i++) {
		snprintf(config, sizeof(config), "mac=52:54:00:00:00:%02x%s%s", i + 1,
			 o->card_config ? "," : "", o->card_config ? o->card_config : "");
		c->side[i].card = card_create(c->platform, o->cards[i], config, err, sizeof(err));
		ck_assert_msg(c->side[i].card, "%s", err);
	}
	c->wire = card_wire_create(c->platform, o->wire, c->side[0].card, c->side[1].card, err,
				   sizeof(err));
	ck_assert_msg(c->wire, "%s", err);
	ck_assert_msg(!card_platform_start(c->platform, err, sizeof(err)), "%s", err);
}

void column_setup(struct column *c, const struct column_options *o)
{
	struct bring_up up[2];

	memset(c, 0, sizeof(*c));
	c->features_off = o->features_off;
	c->ipv6 = o->ipv6;
	open_platform(c, o);
	c->world =
		host_world_create(&(struct host_world_options){.seed = o->seed, .costs = o->costs});
	card_platform_join(c->platform, c->world);
	for (int i = 0; i < 2; i++) {
		struct column_side *s = &c->side[i];

		s->host = host_create(c->world, i ? "b" : "a");
		s->net = host_net(s->host);
		s->objects_at_start = net_objects_alive(s->net);
		s->files = files_create(s->net, 0);
		card_plug_in(s->card, s->host);
		up[i] = (struct bring_up){c, &o->driver, i};
		host_spawn(s->host, "bring-up", bring_up, &up[i]);
	}
	column_run(c, 10);
}

static void close_side(void *arg)
{
	files_destroy(((struct column_side *)arg)->files);
}

static void remove_card(void *arg)
{
	e1000_remove(((struct column_side *)arg)->dev);
}

void column_teardown(struct column *c)
{
	for (int i = 0; i < 2; i++)
		host_spawn(c->side[i].host, "close", close_side, &c->side[i]);
	column_run(c, 1000);
	/* TIME_WAIT and orphans die out */
	host_run_until(c->world, host_now_ns(c->world) + 300 * HOST_SECOND);
	for (int i = 0; i < 2; i++)
		host_spawn(c->side[i].host, "remove", remove_card, &c->side[i]);
	column_run(c, 10);
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_eq(card_dma_refused(c->side[i].card), 0);
		ck_assert_uint_eq(net_objects_alive(c->side[i].net), c->side[i].objects_at_start);
	}
	card_platform_leave(c->platform);
	host_world_destroy(c->world);
	card_platform_close(c->platform);
}

void column_run(struct column *c, unsigned int limit_s)
{
	ck_assert_msg(host_run_tasks(c->world, limit_s * HOST_SECOND),
		      "tasks still wait after %u s of virtual time", limit_s);
}

socklen_t column_address(const struct column *c, int side, uint16_t port,
			 struct sockaddr_storage *out)
{
	const struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(ADDRESS_BASE + 1u + (uint32_t)side),
	};
	const struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = address6(side),
	};

	if (c->ipv6)
		memcpy(out, &sin6, sizeof(sin6));
	else
		memcpy(out, &sin, sizeof(sin));
	return c->ipv6 ? sizeof(sin6) : sizeof(sin);
}

int column_socket(struct column *c, int side)
{
	int fd = sys_socket(c->side[side].files, c->ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	return fd;
}
