// SPDX-License-Identifier: MIT
/* From the loader's hand-over to running servers. */
#include <stdbool.h>
#include <string.h>

#include "apps/apps.h"
#include "arch/features.h"
#include "arch/machine_exit.h"
#include "arch/paging.h"
#include "arch/segments.h"
#include "arch/start_info.h"
#include "driver/guest/os_guest.h"
#include "runtime/address6.h"
#include "runtime/guest.h"
#include "runtime/memory_map.h"
#include "runtime/panic.h"
#include "runtime/port.h"

#include <driver/e1000.h>
#include <driver/os.h>
#include <net/ipv6.h>
#include <net/net.h>
#include <net/netdevice.h>
#include <net/sysctl.h>

#define DHCP_TIMEOUT_NS 30000000000ull
#define IP6_TIMEOUT_NS	10000000000ull
#define LINK_TIMEOUT_NS 10000000000ull
#define LINK_POLL_NS	10000000ull

void guest_main(const struct hvm_start_info *info) __attribute__((noreturn));

extern void (*const init_array_start[])(void), (*const init_array_end[])(void);

/* The program's only variable outside a stack; see runtime/guest.h. */
static struct guest the_guest;

static struct guest *find_state(void)
{
	struct guest *g = &the_guest;

	g->self = g;
	wrmsr(MSR_GS_BASE, (uint64_t)g);
	wrmsr(MSR_FS_BASE, (uint64_t)g->stack_guard);
	return g;
}

/* Kept libraries pick code for this processor in constructors. */
static void run_constructors(void)
{
	for (void (*const *f)(void) = init_array_start; f < init_array_end; f++)
		(*f)();
}

static void boot_machine(struct guest *g, const struct hvm_start_info *info)
{
	const char *missing = cpu_features_enable();

	console_init(&g->console);
	segments_init();
	if (missing)
		refuse("this processor lacks %s: start QEMU with -cpu max", missing);
	if (info->magic != HVM_START_MAGIC || !memory_map_apply(info, &g->pages))
		refuse("the loader gave no memory map: start with QEMU's -kernel, by PVH");
	if (acpi_read(info->rsdp, &g->acpi))
		refuse("no ACPI tables: start QEMU with -machine q35");
	run_constructors();
	lapic_init(&g->lapic);
	interrupts_init(&g->interrupts, &g->lapic);
	clock_calibrate(&g->clock, &g->lapic, g->acpi.pm_timer_port);
	g->console.clock = &g->clock;
	size_classes_init(&g->memory, &g->pages, &g->interrupts);
	tasks_init(&g->tasks, &g->clock, &g->lapic, &g->interrupts, &g->pages, &g->console);
	guest_port_init(g);
	interrupts_on();
}

static void read_options(struct guest *g, const struct hvm_start_info *info)
{
	const char *line = info->command_line ? (const char *)info->command_line : "";
	char error[200];

	if (!options_parse(&g->options, line, error, sizeof(error)))
		refuse("%s", error);
}

static struct net_device *probe_card(struct guest *g)
{
	const struct options *o = &g->options;
	const struct e1000_options card = {
		.tx_descriptors = o->ring_descriptors,
		.rx_descriptors = o->ring_descriptors,
		.irq_mode = (enum os_irq_mode)o->irq,
		.no_tso = !o->tso,
		.no_tx_csum = !o->csum,
		.no_rx_csum = !o->csum,
		.itr_us = o->itr_us,
	};
	const char *problem;
	struct os_device *dev = os_guest_find(g, &problem);
	struct net_device *netdev;
	int err;

	if (!dev)
		refuse("%s", problem);
	err = e1000_probe(dev, g->net, &card, &netdev);
	if (err)
		refuse("the network card does not answer as an 82574 does (%d)", err);
	return netdev;
}

static void sleep_ns(struct guest *g, uint64_t ns)
{
	task_prepare(&g->tasks);
	if (!g->power_button.pressed)
		task_sleep(&g->tasks, ns);
}

static void wait_for_link(struct guest *g)
{
	uint64_t limit = clock_now_ns(&g->clock) + LINK_TIMEOUT_NS;

	while (!g->netdev->carrier) {
		if (clock_now_ns(&g->clock) > limit)
			refuse("no link within 10 s: is the card's netdev connected?");
		sleep_ns(g, LINK_POLL_NS);
	}
}

static void configure_address(struct guest *g)
{
	const struct options *o = &g->options;
	struct net_ipv4_info ip;
	int err;

	if (o->dhcp)
		err = net_dhcp_configure(g->netdev, DHCP_TIMEOUT_NS);
	else
		err = net_ipv4_configure(g->netdev, o->ip_addr, o->ip_prefix_len, o->ip_gateway);
	if (err)
		refuse("no address (%d): %s", err,
		       o->dhcp ? "no DHCP server answers; give ip=ADDRESS/PREFIX"
			       : "ip= is not usable");
	net_ipv4_info(g->netdev, &ip);
	console_log(&g->console, 6, "%s: address %u.%u.%u.%u/%d", g->netdev->name, ip.addr >> 24,
		    ip.addr >> 16 & 255, ip.addr >> 8 & 255, ip.addr & 255,
		    ip.mask ? 32 - __builtin_ctz(ip.mask) : 0);
}

static bool usable_address6(struct guest *g, struct net_ipv6_info *out)
{
	struct net_ipv6_info info[8];
	const unsigned int count = net_ipv6_addresses(g->netdev, info, 8);

	for (unsigned int i = 0; i < count && i < 8; i++) {
		*out = info[i];
		if (info[i].duplicate)
			refuse("another host has our IPv6 address: give another with ip6=");
		if (info[i].usable && !ipv6_addr_linklocal(&info[i].addr))
			return true;
	}
	return false;
}

/* Waits for duplicate address detection: servers may be reached when we say that we are ready. */
static void configure_address6(struct guest *g)
{
	const struct options *o = &g->options;
	const struct in6_addr *gateway = ipv6_addr_any(&o->ip6_gateway) ? NULL : &o->ip6_gateway;
	const uint64_t limit = clock_now_ns(&g->clock) + IP6_TIMEOUT_NS;
	struct net_ipv6_info info;
	char text[ADDRESS6_TEXT_SIZE];
	int err;

	if (o->ip6 == OPTION_IP6_OFF)
		return;
	if (o->ip6 == OPTION_IP6_AUTO)
		err = net_ipv6_autoconf(g->netdev, IP6_TIMEOUT_NS);
	else
		err = net_ipv6_configure(g->netdev, &o->ip6_addr, o->ip6_prefix_len, gateway);
	if (err)
		refuse("no IPv6 address (%d): %s", err,
		       o->ip6 == OPTION_IP6_AUTO ? "no router answers; give ip6=ADDRESS/PREFIX"
						 : "ip6= is not usable");
	while (!usable_address6(g, &info)) {
		if (clock_now_ns(&g->clock) > limit)
			refuse("no usable IPv6 address within 10 s: give ip6=ADDRESS/PREFIX");
		sleep_ns(g, LINK_POLL_NS);
	}
	address6_format(&info.addr, text);
	console_log(&g->console, 6, "%s: address %s/%u", g->netdev->name, text, info.prefix_len);
}

static void choose_congestion_control(struct guest *g)
{
	const char *name = g->options.congestion_control;

	if (name)
		memcpy(net_sysctl(g->net)->tcp_congestion_control, name, strlen(name) + 1);
}

static void start_network(struct guest *g)
{
	struct net *net = net_create(&g->port);
	int err;

	if (!net)
		refuse("no memory for the network stack: give QEMU -m 256 or more");
	guest_port_attach(g, net);
	choose_congestion_control(g);
	g->netdev = probe_card(g);
	err = dev_open(g->netdev);
	if (err)
		refuse("%s does not open (%d)", g->netdev->name, err);
	if (!g->options.gro)
		dev_set_features(g->netdev, g->netdev->features & ~(uint32_t)NETIF_F_GRO);
	wait_for_link(g);
	configure_address(g);
	configure_address6(g);
}

static void start_apps(struct guest *g)
{
	if (g->options.app_http)
		http_server_start(g);
	if (g->options.app_echo)
		echo_server_start(g);
	if (g->options.app_discard)
		discard_server_start(g);
	if (g->options.app_iperf3)
		iperf3_server_start(g);
}

/* Serves until the power button is pressed. */
static void serve(struct guest *g)
{
	power_button_enable(&g->power_button, &g->acpi, &g->interrupts, lapic_id(&g->lapic));
	console_log(&g->console, 6, "ringside: ready");
	iperf3_client_start(g);
	while (!g->power_button.pressed)
		sleep_ns(g, TASK_FOREVER);
}

static void power_off(struct guest *g) __attribute__((noreturn));
static void power_off(struct guest *g)
{
	dev_close(g->netdev);
	console_log(&g->console, 6, "ringside: power off");
	console_flush(&g->console);
	machine_power_off(g->acpi.pm1_control_port);
}

void guest_main(const struct hvm_start_info *info)
{
	struct guest *g = find_state();

	boot_machine(g, info);
	read_options(g, info);
	paging_unmap_null(&g->pages);
	console_log(&g->console, 6, "ringside-guest: %lu MiB free, TSC %lu MHz",
		    g->pages.free_pages / 256, g->clock.tsc_hz / 1000000);
	start_network(g);
	start_apps(g);
	serve(g);
	power_off(g);
}
