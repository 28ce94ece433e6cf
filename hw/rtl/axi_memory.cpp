// SPDX-License-Identifier: MIT
// AXI4 (Arm IHI 0022) memory side of the card: see axi_memory.h.

#include "hw/rtl/axi_memory.h"

#include <algorithm>

#include "ringside/platform.h"

namespace ringside
{
namespace
{

constexpr uint8_t kOkay = 0;
constexpr uint8_t kSlvErr = 2;

constexpr uint64_t to_beat(uint64_t addr)
{
	return addr & ~uint64_t{kBeatBytes - 1};
}

} // namespace

AxiMemory::AxiMemory(Model &model, HostMemory &memory) : model_(model), memory_(memory)
{
}

void AxiMemory::power_on()
{
	while (!reads_.empty()) {
		spare_.push_back(std::move(reads_.front().data));
		reads_.pop_front();
	}
	write_addrs_.clear();
	answers_.clear();
	read_beat_ = 0;
	gathered_ = run_begin_ = run_end_ = 0;
	write_ok_ = true;
	hurry_ = false;
	model_->m_axi_arready_i = 1;
	model_->m_axi_awready_i = 1;
	model_->m_axi_wready_i = 0;
	model_->m_axi_rvalid_i = 0;
	model_->m_axi_bvalid_i = 0;
}

uint64_t AxiMemory::next_ns() const
{
	return std::min(reads_.empty() ? RINGSIDE_TIME_NEVER : reads_.front().due_ns,
			answers_.empty() ? RINGSIDE_TIME_NEVER : answers_.front().due_ns);
}

/* Answers first: what is accepted in this cycle is answered in the next one at the soonest. */
bool AxiMemory::step(uint64_t t_ns)
{
	const bool data = step_read_data(t_ns);
	const bool answer = step_write_answer(t_ns);
	const bool read = step_read_addr(t_ns);
	const bool write = step_write(t_ns);

	return data || answer || read || write;
}

void AxiMemory::finish_read_beat()
{
	if (!model_->m_axi_rlast_i) {
		read_beat_++;
		return;
	}
	read_beat_ = 0;
	spare_.push_back(std::move(reads_.front().data));
	reads_.pop_front();
}

bool AxiMemory::step_read_data(uint64_t t_ns)
{
	const bool offered = model_->m_axi_rvalid_i;

	if (offered && model_->m_axi_rready_o)
		finish_read_beat();
	if (reads_.empty() || !is_due(reads_.front().due_ns, t_ns)) {
		model_->m_axi_rvalid_i = 0;
		return offered;
	}

	const Read &read = reads_.front();
	set_beat(model_->m_axi_rdata_i, read.data->data() + read_beat_ * kBeatBytes % kBurstBytes);
	model_->m_axi_rresp_i = read.ok ? kOkay : kSlvErr;
	model_->m_axi_rlast_i = read_beat_ + 1 == read.beats;
	model_->m_axi_rvalid_i = 1;
	return true;
}

void AxiMemory::take_read(uint64_t t_ns)
{
	Read read{nullptr, model_->m_axi_arlen_o + 1u, t_ns, true};
	if (spare_.empty()) {
		read.data = std::make_unique<Buffer>();
	} else {
		read.data = std::move(spare_.back());
		spare_.pop_back();
	}
	/* A burst over 4 KiB is the card's mistake: its end repeats the beginning, as an error. */
	const size_t len = read.beats * kBeatBytes;
	read.ok = memory_.read_host(t_ns, to_beat(model_->m_axi_araddr_o), read.data->data(),
				    std::min(len, kBurstBytes), &read.due_ns) &&
		  len <= kBurstBytes;
	reads_.push_back(std::move(read));
}

bool AxiMemory::step_read_addr(uint64_t t_ns)
{
	const bool was_ready = model_->m_axi_arready_i;

	if (was_ready && model_->m_axi_arvalid_o)
		take_read(t_ns);
	model_->m_axi_arready_i = reads_.size() < kMaxReads;
	return model_->m_axi_arready_i != was_ready;
}

/* Hands the host the bytes that were gathered without a gap. */
void AxiMemory::flush_run()
{
	if (run_end_ > run_begin_)
		write_ok_ &= memory_.write_host(write_ns_, write_addrs_.front() + run_begin_,
						burst_.data() + run_begin_, run_end_ - run_begin_,
						&write_done_ns_);
	run_begin_ = run_end_ = 0;
}

void AxiMemory::extend_run(size_t begin, size_t end, const uint8_t *bytes)
{
	if (begin != run_end_) {
		flush_run();
		run_begin_ = begin;
	}
	memcpy(burst_.data() + begin, bytes, end - begin);
	run_end_ = end;
}

/* Of 64 lanes those with a strobe. */
void AxiMemory::gather_lanes(uint64_t strobes, size_t at, const uint8_t *bytes)
{
	while (strobes) {
		size_t begin = __builtin_ctzll(strobes);
		uint64_t after = ~(strobes >> begin);
		size_t end = begin + (after ? __builtin_ctzll(after) : 64);

		extend_run(at + begin, at + end, bytes + begin);
		strobes = end < 64 ? strobes >> end << end : 0;
	}
}

void AxiMemory::gather()
{
	const uint8_t *bytes = beat_bytes(model_->m_axi_wdata_o);
	const size_t at = gathered_;
	const Lanes strobes = lanes_of(model_->m_axi_wstrb_o);

	gathered_ += kBeatBytes;
	if (gathered_ > kBurstBytes) {
		write_ok_ = false;
		return;
	}
	if (strobes == kWholeBeat) {
		extend_run(at, at + kBeatBytes, bytes);
		return;
	}
	/* A reset cut the burst off: what it wrote until then is written before software, which
	 * waits for no more than the reset, uses the memory again. */
	if (strobes == Lanes{}) {
		flush_run();
		return;
	}
	for (size_t word = 0; word < strobes.size(); word++)
		gather_lanes(strobes[word], at + 64 * word, bytes + 64 * word);
}

void AxiMemory::take_write_beat(uint64_t t_ns)
{
	write_ns_ = write_done_ns_ = t_ns;
	gather();
	if (!model_->m_axi_wlast_o)
		return;
	flush_run();
	answers_.push_back({write_done_ns_, write_ok_});
	write_addrs_.pop_front();
	gathered_ = 0;
	write_ok_ = true;
}

bool AxiMemory::step_write(uint64_t t_ns)
{
	const bool was_ready = model_->m_axi_wready_i;

	if (model_->m_axi_awvalid_o)
		write_addrs_.push_back(to_beat(model_->m_axi_awaddr_o));
	if (was_ready && model_->m_axi_wvalid_o)
		take_write_beat(t_ns);
	/* Data is taken once its address is known. */
	model_->m_axi_wready_i = !write_addrs_.empty();
	return model_->m_axi_wready_i != was_ready;
}

bool AxiMemory::step_write_answer(uint64_t t_ns)
{
	const bool offered = model_->m_axi_bvalid_i;

	if (offered && model_->m_axi_bready_o)
		answers_.pop_front();
	if (answers_.empty() || !is_due(answers_.front().due_ns, t_ns)) {
		model_->m_axi_bvalid_i = 0;
		return offered;
	}
	model_->m_axi_bresp_i = answers_.front().ok ? kOkay : kSlvErr;
	model_->m_axi_bvalid_i = 1;
	return true;
}

} // namespace ringside
