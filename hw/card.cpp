// SPDX-License-Identifier: MIT
// The TLM-2.0 side of a card: register accesses come in through one socket, DMA leaves by the
// other.

#include "hw/card.h"

#include <cstring>

namespace ringside
{
namespace
{

constexpr uint64_t kBarBytes = 0x20000;

sc_core::sc_time sc_ns(uint64_t t_ns)
{
	return sc_core::sc_time::from_value(t_ns); /* the platform sets the resolution to 1 ns */
}

} // namespace

Card::Card(sc_core::sc_module_name name, const TimeConfig &time, const CardConfig &config,
	   CardOutside &outside)
    : sc_module(name), mmio("mmio"), dma("dma"), time_(time), config_(config), outside_(outside)
{
	mmio.register_b_transport(this, &Card::transport_mmio);
}

Card::~Card() = default;

/* The delay is the time of the access, and on return that of its end. */
void Card::transport_mmio(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay)
{
	const uint64_t kernel_ns = sc_core::sc_time_stamp().value();
	const uint64_t addr = payload.get_address();
	const uint32_t lane = addr % 4;
	const uint32_t size = payload.get_data_length();

	if ((size != 1 && size != 2 && size != 4) || lane + size > 4 || addr >= kBarBytes) {
		payload.set_response_status(addr < kBarBytes ? tlm::TLM_BURST_ERROR_RESPONSE
							     : tlm::TLM_ADDRESS_ERROR_RESPONSE);
		return;
	}

	const uint64_t t_ns = kernel_ns + delay.value() - outside_.epoch_ns();
	uint32_t value;
	if (payload.is_read()) {
		value = reg_read(t_ns, addr - lane) >> (8 * lane);
		memcpy(payload.get_data_ptr(), &value, size);
	} else if (payload.is_write() && size == 4) {
		memcpy(&value, payload.get_data_ptr(), size);
		reg_write(t_ns, addr, value);
	}
	if (time_ns() > t_ns)
		delay = sc_ns(time_ns() + outside_.epoch_ns() - kernel_ns);
	payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

Card::DmaResult Card::transport_dma(tlm::tlm_command command, uint64_t time_ns, uint64_t addr,
				    void *buf, size_t len)
{
	const uint64_t kernel_ns = sc_core::sc_time_stamp().value();
	sc_core::sc_time delay = sc_ns(time_ns + outside_.epoch_ns() - kernel_ns);

	payload_.set_command(command);
	payload_.set_address(addr);
	payload_.set_data_ptr(static_cast<uint8_t *>(buf));
	payload_.set_data_length(len);
	payload_.set_streaming_width(len);
	payload_.set_byte_enable_ptr(nullptr);
	payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
	dma->b_transport(payload_, delay);
	return {payload_.is_response_ok(), kernel_ns + delay.value() - outside_.epoch_ns()};
}

Card::DmaResult Card::dma_read(uint64_t time_ns, uint64_t addr, void *buf, size_t len)
{
	DmaResult result = transport_dma(tlm::TLM_READ_COMMAND, time_ns, addr, buf, len);

	if (!result.ok)
		memset(buf, 0xff, len);
	return result;
}

Card::DmaResult Card::dma_write(uint64_t time_ns, uint64_t addr, const void *buf, size_t len)
{
	return transport_dma(tlm::TLM_WRITE_COMMAND, time_ns, addr, const_cast<void *>(buf), len);
}

} // namespace ringside
