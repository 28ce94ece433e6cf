// SPDX-License-Identifier: MIT
#include "fake_card.h"

#include <net/checksum.h>
#include <net/if_ether.h>
#include <net/ip.h>
#include <net/net_namespace.h>
#include <net/tcp.h>
#include <stdarg.h>
#include <stdlib.h>

struct fixture fixture;

/* ---- registers ---- */

static uint32_t *reg_at(struct os_device *dev, uint32_t reg)
{
	ck_assert_uint_lt(reg, sizeof(dev->regs));
	ck_assert_uint_eq(reg % 4, 0);
	return &dev->regs[reg / 4];
}

uint32_t os_read32(struct os_device *dev, uint32_t reg)
{
	uint32_t value = *reg_at(dev, reg);

	dev->reads++;
	if (reg == E1000_ICR)
		*reg_at(dev, reg) = 0;
	return value;
}

static void mdic_write(struct os_device *dev, uint32_t value)
{
	uint32_t phy_reg = (value & E1000_MDIC_REG) >> E1000_MDIC_REG_SHIFT;

	if ((value & E1000_MDIC_OP) >> E1000_MDIC_OP_SHIFT == 1)
		dev->phy[phy_reg] = (uint16_t)value;
	*reg_at(dev, E1000_MDIC) =
		(value & ~E1000_MDIC_DATA) | dev->phy[phy_reg] | E1000_MDIC_READY;
}

static void eerd_write(struct os_device *dev, uint32_t value)
{
	uint32_t word = (value & E1000_EERD_ADDR) >> E1000_EERD_ADDR_SHIFT;

	ck_assert_uint_lt(word, FAKE_NVM_WORDS);
	*reg_at(dev, E1000_EERD) = (uint32_t)dev->nvm[word] << E1000_EERD_DATA_SHIFT |
				   (value & E1000_EERD_ADDR) | E1000_EERD_DONE;
}

static void ctrl_write(struct os_device *dev, uint32_t value)
{
	uint32_t *status = reg_at(dev, E1000_STATUS);

	if (!dev->stays_in_reset)
		value &= ~E1000_CTRL_RST;
	*status |= E1000_STATUS_GIO_MASTER_EN;
	if (value & E1000_CTRL_GIO_MASTER_DISABLE)
		*status &= ~E1000_STATUS_GIO_MASTER_EN;
	*reg_at(dev, E1000_CTRL) = value;
}

void os_write32(struct os_device *dev, uint32_t reg, uint32_t value)
{
	dev->writes++;
	dev->tail_writes += reg == E1000_TDT0;
	dev->rdt_writes += reg == E1000_RDT0;
	dev->eitr_writes += reg == E1000_EITR(0);
	if (reg == E1000_MDIC)
		mdic_write(dev, value);
	else if (reg == E1000_EERD)
		eerd_write(dev, value);
	else if (reg == E1000_CTRL)
		ctrl_write(dev, value);
	else if (reg == E1000_IMS)
		*reg_at(dev, reg) |= value;
	else if (reg == E1000_IMC)
		*reg_at(dev, E1000_IMS) &= ~value;
	else if (reg != E1000_STATUS && reg != E1000_EECD)
		*reg_at(dev, reg) = value;
}

/* ---- the rest of os.h ---- */

void *os_dma_alloc(struct os_device *dev, size_t size, size_t align, dma_addr_t *bus)
{
	void *mem = aligned_alloc(align, (size + align - 1) / align * align);

	memset(mem, 0, size);
	dev->dma_blocks++;
	*bus = (dma_addr_t)(uintptr_t)mem;
	return mem;
}

void os_dma_free(struct os_device *dev, void *mem, size_t size, dma_addr_t bus)
{
	(void)size;
	(void)bus;
	dev->dma_blocks--;
	free(mem);
}

dma_addr_t os_dma_map(struct os_device *dev, void *mem, size_t len, enum dma_direction dir)
{
	(void)len;
	(void)dir;
	if (dev->map_fails_after != UINT64_MAX && dev->map_fails_after-- == 0) {
		dev->map_fails_after = 0;
		return OS_DMA_ERROR;
	}
	dev->mapped++;
	return (dma_addr_t)(uintptr_t)mem;
}

void os_dma_unmap(struct os_device *dev, dma_addr_t bus, size_t len, enum dma_direction dir)
{
	(void)bus;
	(void)len;
	(void)dir;
	ck_assert_uint_gt(dev->mapped, 0);
	dev->mapped--;
}

void os_dma_wmb(struct os_device *dev)
{
	(void)dev;
}

void os_dma_rmb(struct os_device *dev)
{
	(void)dev;
}

int os_irq_alloc(struct os_device *dev, unsigned int want, enum os_irq_mode allow,
		 enum os_irq_mode *mode)
{
	*mode = allow > dev->offers ? allow : dev->offers;
	return *mode == OS_IRQ_MSIX ? (int)want : 1;
}

int os_irq_request(struct os_device *dev, os_irq_handler handler, void *ctx)
{
	dev->handler = handler;
	dev->handler_ctx = ctx;
	return 0;
}

void os_irq_free(struct os_device *dev)
{
	dev->handler = NULL;
}

uint64_t os_time_ns(struct os_device *dev)
{
	return port_time_ns(host_port(dev->host));
}

void os_udelay(struct os_device *dev, unsigned int us)
{
	host_charge(dev->host, us * HOST_US);
}

void os_log(struct os_device *dev, int severity, const char *fmt, ...)
{
	(void)dev;
	(void)severity;
	(void)fmt;
}

/* ---- the card's side ---- */

void card_fix_nvm_checksum(struct os_device *dev)
{
	uint16_t sum = 0;

	for (unsigned int i = 0; i < FAKE_NVM_WORDS - 1; i++)
		sum = (uint16_t)(sum + dev->nvm[i]);
	dev->nvm[FAKE_NVM_WORDS - 1] = (uint16_t)(0xbaba - sum);
}

static void card_make(struct os_device *dev, struct host *host)
{
	memset(dev, 0, sizeof(*dev));
	dev->host = host;
	dev->offers = OS_IRQ_MSIX;
	dev->map_fails_after = UINT64_MAX;
	for (unsigned int i = 0; i < FAKE_NVM_WORDS; i++)
		dev->nvm[i] = (uint16_t)(i * 0x1357);
	card_fix_nvm_checksum(dev);
	dev->phy[0] = 0x1140;
	dev->phy[1] = 0x794d;
	dev->phy[2] = 0x0141;
	dev->phy[3] = 0x0cb1;
	*reg_at(dev, E1000_STATUS) = E1000_STATUS_FD | E1000_STATUS_LU |
				     2u << E1000_STATUS_SPEED_SHIFT | E1000_STATUS_GIO_MASTER_EN;
	*reg_at(dev, E1000_EECD) = E1000_EECD_PRES | E1000_EECD_AUTO_RD;
	*reg_at(dev, E1000_RAL(0)) = 0x12005452;
	*reg_at(dev, E1000_RAH(0)) = 0x5634 | E1000_RAH_AV;
}

void card_link(bool up)
{
	uint32_t *status = reg_at(&fixture.card, E1000_STATUS);

	*status = up ? *status | E1000_STATUS_LU : *status & ~E1000_STATUS_LU;
	card_interrupt(2, E1000_ICR_LSC | E1000_ICR_OTHER);
}

void card_interrupt(unsigned int vector, uint32_t icr)
{
	*reg_at(&fixture.card, E1000_ICR) |= icr;
	ck_assert(fixture.card.handler(fixture.card.handler_ctx, vector));
	net_softirq(fixture.net);
}

volatile struct e1000_descriptor *tx_descriptor(uint32_t index)
{
	return &fixture.adapter->tx.desc[index];
}

void card_complete_tx(void)
{
	struct os_device *dev = &fixture.card;
	uint32_t tail = *reg_at(dev, E1000_TDT0), head = *reg_at(dev, E1000_TDH0);

	for (; head != tail; head = e1000_ring_next(head, fixture.adapter->tx.count))
		if (tx_descriptor(head)->word[2] & E1000_TXD_DATA_RS)
			tx_descriptor(head)->word[3] |= E1000_TXD_DATA_DD;
	*reg_at(dev, E1000_TDH0) = head;
	card_interrupt(1, 0);
}

void card_receive_frame(const void *frame, uint32_t len, uint32_t status)
{
	struct os_device *dev = &fixture.card;
	uint32_t head = *reg_at(dev, E1000_RDH0);
	volatile struct e1000_descriptor *d = &fixture.adapter->rx.desc[head];

	ck_assert_uint_ne(head, *reg_at(dev, E1000_RDT0));
	memcpy((void *)(uintptr_t)((uint64_t)d->word[1] << 32 | d->word[0]), frame, len);
	d->word[0] = d->word[1] = 0;
	d->word[3] = len;
	d->word[2] = status | E1000_RXD_EXT_DD;
	*reg_at(dev, E1000_RDH0) = e1000_ring_next(head, fixture.adapter->rx.count);
}

/* ---- packets ---- */

#define SOURCE	  0x0a000001u
#define DEST	  0x0a000002u
#define TCP_WORDS 8u /* 12 bytes of options */

static void add_payload(struct sk_buff *skb, uint32_t len)
{
	while (len) {
		uint32_t n = len < 32768 ? len : 32768;
		struct skb_data *d = skb_data_alloc(host_port(fixture.host), 32768);

		memset(d->bytes, 0x5a, n);
		ck_assert(skb_add_frag(skb, d, 0, n));
		len -= n;
	}
}

struct sk_buff *packet_tcp(uint32_t payload, uint16_t gso_size)
{
	struct sk_buff *skb = alloc_skb(fixture.net, MAX_HEADER);
	struct tcphdr *th;
	struct iphdr *iph;

	skb_reserve(skb, MAX_HEADER);
	add_payload(skb, payload);
	th = skb_push(skb, TCP_WORDS * 4);
	memset(th, 1, TCP_WORDS * 4);
	th->doff = TCP_WORDS;
	th->check = csum_tcpudp_pseudo(htonl(SOURCE), htonl(DEST),
				       gso_size ? 0 : payload + TCP_WORDS * 4, IPPROTO_TCP);
	skb_reset_transport_header(skb);
	iph = skb_push(skb, sizeof(*iph));
	*iph = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_TCP,
		.saddr = htonl(SOURCE),
		.daddr = htonl(DEST),
		.tot_len = 0xffff,
		.check = 0xffff,
	};
	skb_reset_network_header(skb);
	memset(skb_push(skb, ETH_HLEN), 0xee, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb->dev = fixture.netdev;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb->gso_size = gso_size;
	skb->gso_segs = gso_size ? (uint16_t)((payload + gso_size - 1) / gso_size) : 0;
	skb->gso_type = gso_size ? SKB_GSO_TCPV4 : SKB_GSO_NONE;
	return skb;
}

struct sk_buff *packet_plain(uint32_t len)
{
	struct sk_buff *skb = alloc_skb(fixture.net, len);

	memset(skb_put(skb, len), 0x77, len);
	skb->dev = fixture.netdev;
	return skb;
}

void xmit(struct sk_buff *skb, bool more)
{
	local_bh_disable(fixture.net);
	ck_assert_int_eq(fixture.netdev->ops->xmit(skb, fixture.netdev, more), NETDEV_TX_OK);
	local_bh_enable(fixture.net);
}

/* ---- fixtures ---- */

static void task_body(void *arg)
{
	void (*fn)(void) = *(void (**)(void))arg;

	fn();
}

void in_task(void (*fn)(void))
{
	host_spawn(fixture.host, "test", task_body, &fn);
	ck_assert(host_run_tasks(fixture.world, 60 * HOST_SECOND));
}

void run_for(uint64_t ns)
{
	host_run_until(fixture.world, host_now_ns(fixture.world) + ns);
}

void fixture_setup(void)
{
	memset(&fixture, 0, sizeof(fixture));
	fixture.world = host_world_create(&(struct host_world_options){.seed = 1});
	fixture.host = host_create(fixture.world, "host");
	fixture.net = host_net(fixture.host);
	card_make(&fixture.card, fixture.host);
	fixture.memory_before = host_memory_bytes(fixture.host);
}

static struct e1000_options options_to_use;

static void open_body(void)
{
	ck_assert_int_eq(e1000_probe(&fixture.card, fixture.net, &options_to_use, &fixture.netdev),
			 0);
	ck_assert_int_eq(dev_open(fixture.netdev), 0);
}

void fixture_open(const struct e1000_options *options)
{
	options_to_use = *options;
	in_task(open_body);
	fixture.adapter = fixture.netdev->priv;
}

void fixture_setup_open(void)
{
	fixture_setup();
	fixture_open(&(struct e1000_options){0});
}

static void remove_body(void)
{
	e1000_remove(fixture.netdev);
}

void fixture_teardown(void)
{
	if (fixture.netdev)
		in_task(remove_body);
	ck_assert_uint_eq(fixture.card.mapped, 0);
	ck_assert_uint_eq(fixture.card.dma_blocks, 0);
	host_world_destroy(fixture.world); /* asserts that nothing is left */
}
