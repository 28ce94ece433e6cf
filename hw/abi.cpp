// SPDX-License-Identifier: MIT
// The C interface of platform.h on top of the C++ classes: handles, argument checks, and no
// exception that gets out.

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "hw/config.h"
#include "hw/error.h"
#include "hw/platform.h"
#include "ringside/platform.h"

using namespace ringside;

struct ringside_card {
	Platform &platform;
	Slot &slot;
	const ringside_host_ops &ops;
};

struct ringside_wire {
	Platform &platform;
	Wire &wire;
};

struct ringside_platform {
	explicit ringside_platform(const TimeConfig &config) : platform(config)
	{
	}

	Platform platform;
	std::vector<std::unique_ptr<ringside_card>> cards;
	std::vector<std::unique_ptr<ringside_wire>> wires;
};

namespace
{

/* Sync mode: card time that a register read may take to become quiet again. */
constexpr uint64_t kReadSlipNs = 64 * kCycleNs;

/* Runs f; an exception becomes a line in err and its code. */
template <typename F> int guarded(char *err, size_t err_len, F f)
{
	int code;

	try {
		f();
		return 0;
	} catch (const Error &error) {
		code = error.code();
		snprintf(err, err_len, "%s", error.what());
	} catch (const std::exception &error) {
		code = -EIO;
		snprintf(err, err_len, "%s", error.what());
	}
	for (char *at = err; err_len && *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	return code;
}

void check_host_ops(const ringside_host_ops *ops)
{
	if (!ops || ops->abi.version != RINGSIDE_PLATFORM_ABI_VERSION ||
	    ops->abi.size < sizeof(*ops))
		throw Error(-EINVAL, "the host operations have another ABI version; build host and "
				     "platform from the same platform.h");
	if (!ops->dma_read || !ops->dma_write || !ops->irq || !ops->pba_clear || !ops->log)
		throw Error(-EINVAL,
			    "a host operation is missing; give all but, for a card on a wire, "
			    "transmit and receive_ready");
}

void check_netdev_ops(const ringside_platform &p)
{
	for (const auto &card : p.cards)
		if (!card->slot.on_wire() && (!card->ops.transmit || !card->ops.receive_ready))
			throw Error(-EINVAL,
				    "a card has neither a wire nor transmit and receive_ready "
				    "operations; attach a wire, or give both");
}

struct ringside_platform *create(const char *config, char *err, size_t err_len)
{
	struct ringside_platform *p = nullptr;

	guarded(err, err_len, [&] { p = new ringside_platform(parse_time_config(config)); });
	return p;
}

struct ringside_card *card_create(struct ringside_platform *p, const char *model,
				  const char *config, const struct ringside_host_ops *ops,
				  void *host, char *err, size_t err_len)
{
	struct ringside_card *card = nullptr;

	guarded(err, err_len, [&] {
		check_host_ops(ops);
		Slot &slot = p->platform.add_card(model ? model : "", parse_card_config(config),
						  *ops, host);
		p->cards.push_back(
			std::make_unique<ringside_card>(ringside_card{p->platform, slot, *ops}));
		card = p->cards.back().get();
	});
	return card;
}

struct ringside_wire *wire_create(struct ringside_platform *p, const char *config, char *err,
				  size_t err_len)
{
	struct ringside_wire *wire = nullptr;

	guarded(err, err_len, [&] {
		Wire &made = p->platform.add_wire(parse_wire_config(config));
		p->wires.push_back(
			std::make_unique<ringside_wire>(ringside_wire{p->platform, made}));
		wire = p->wires.back().get();
	});
	return wire;
}

int wire_attach(struct ringside_wire *w, int side, struct ringside_card *card)
{
	return w->platform.attach(w->wire, side, card->slot);
}

int start(struct ringside_platform *p, char *err, size_t err_len)
{
	return guarded(err, err_len, [&] {
		p->platform.start();
		check_netdev_ops(*p);
	});
}

uint64_t advance(struct ringside_platform *p, uint64_t until_ns)
{
	return p->platform.advance(until_ns);
}

uint64_t now(struct ringside_platform *p)
{
	return p->platform.now_ns();
}

void power_on(struct ringside_platform *p)
{
	p->platform.power_on();
}

void destroy(struct ringside_platform *p)
{
	delete p;
}

uint32_t card_mmio_read(struct ringside_card *c, uint64_t time_ns, uint32_t addr, unsigned int size)
{
	uint64_t t_ns = c->platform.reach(time_ns);
	uint32_t value = c->slot.mmio_read(t_ns, addr, size);

	c->platform.settle(c->slot, t_ns + kReadSlipNs);
	return value;
}

void card_mmio_write(struct ringside_card *c, uint64_t time_ns, uint32_t addr, uint32_t value,
		     unsigned int size)
{
	uint64_t t_ns = c->platform.reach(time_ns);

	c->slot.mmio_write(t_ns, addr, value, size);
	c->platform.settle(c->slot);
}

int card_receive(struct ringside_card *c, const void *frame, size_t len)
{
	uint64_t t_ns = c->platform.reach(0);
	int taken = c->slot.receive_from_host(static_cast<const uint8_t *>(frame), len, t_ns);

	c->platform.settle(c->slot);
	return taken;
}

int card_receive_damaged(struct ringside_card *c, const void *frame, size_t len)
{
	uint64_t t_ns = c->platform.reach(0);
	int taken = c->slot.receive_damaged(static_cast<const uint8_t *>(frame), len, t_ns);

	c->platform.settle(c->slot);
	return taken;
}

bool card_receive_ready(struct ringside_card *c)
{
	return c->slot.can_receive();
}

void card_transmit_ready(struct ringside_card *c)
{
	uint64_t t_ns = c->platform.reach(0);

	c->slot.transmit_ready(t_ns);
	c->platform.settle(c->slot);
}

void card_pci_state(struct ringside_card *c, const struct ringside_pci_state *state)
{
	uint64_t t_ns = c->platform.reach(0);

	c->slot.pci_state(t_ns, *state);
	c->platform.settle(c->slot);
}

void card_reset(struct ringside_card *c, enum ringside_reset_kind kind)
{
	uint64_t t_ns = c->platform.reach(0);

	c->slot.reset(t_ns, kind);
	c->platform.settle(c->slot);
}

void card_end_burst(struct ringside_card *c)
{
	c->slot.end_burst();
}

void card_counters(struct ringside_card *c, struct ringside_card_counters *out)
{
	c->slot.counters(c->platform.end_ns(), *out);
}

void wire_counters(struct ringside_wire *w, int side_from, struct ringside_wire_counters *out)
{
	*out = w->wire.counters(side_from != 0);
}

} // namespace

extern "C" __attribute__((visibility("default"))) const struct ringside_platform_abi *
ringside_platform_abi(void)
{
	static const struct ringside_platform_abi abi = {
		{RINGSIDE_PLATFORM_ABI_VERSION, sizeof(abi)},
		create,
		card_create,
		wire_create,
		wire_attach,
		start,
		advance,
		now,
		power_on,
		destroy,
		card_mmio_read,
		card_mmio_write,
		card_receive,
		card_receive_ready,
		card_transmit_ready,
		card_pci_state,
		card_reset,
		card_counters,
		wire_counters,
		card_receive_damaged,
		card_end_burst,
	};

	return &abi;
}
