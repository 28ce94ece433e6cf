// SPDX-License-Identifier: MIT
// The Verilated card's life, and its waves: see model.h.

#include "hw/rtl/model.h"

#include <algorithm>

namespace ringside
{

#if VM_TRACE
constexpr uint64_t kHalfCycleNs = 2;
#endif

void Model::power_on(const std::string &trace_file, uint64_t trace_from_ns, uint64_t trace_to_ns)
{
#if VM_TRACE
	trace_.reset();
#endif
	top_.reset();
	context_ = std::make_unique<VerilatedContext>();
	context_->threads(1); /* no pool: its threads would be missing after a fork */
	context_->traceEverOn(!trace_file.empty());
	top_ = std::make_unique<Vringside_card>(context_.get(), "card");
#if VM_TRACE
	trace_from_ns_ = trace_from_ns;
	trace_to_ns_ = trace_to_ns;
	trace_time_ns_ = 0;
	if (!trace_file.empty()) {
		trace_ = std::make_unique<VerilatedFstC>();
		top_->trace(trace_.get(), 99);
		trace_->open(trace_file.c_str());
	}
#else
	(void)trace_from_ns;
	(void)trace_to_ns;
#endif
}

#if VM_TRACE
void Model::traced_cycle(uint64_t now_ns, uint32_t blocks)
{
	const bool wanted = trace_ && now_ns >= trace_from_ns_ && now_ns <= trace_to_ns_;

	/* Time may stand still (reset, free mode); a wave file's does not. */
	trace_time_ns_ = std::max(trace_time_ns_, now_ns);
	for (int level = 0; level <= 1; level++) {
		set_clocks(level, blocks);
		top_->eval();
		if (wanted)
			trace_->dump(trace_time_ns_);
		trace_time_ns_ += kHalfCycleNs;
	}
}
#endif

/* Compares with all clocks low, the inputs held, byte by byte. */
size_t Model::changed_by_edge(uint64_t now_ns, uint32_t blocks)
{
	const auto *state = reinterpret_cast<const uint8_t *>(top_->rootp);

	if (blocks & kRestOfCard)
		top_->rootp->sampled_card__DOT__now_q = now_ns; /* time alone may go on */
	settle(now_ns);
	before_.assign(state, state + sizeof(*top_->rootp));
	top_->clk_i = (blocks & kRestOfCard) != 0;
	top_->clk_tx_i = (blocks & kBlockTx) != 0;
	top_->clk_rx_i = (blocks & kBlockRx) != 0;
	top_->clk_regs_i = (blocks & kBlockRegs) != 0;
	top_->eval();
	settle(now_ns);
	return std::mismatch(before_.begin(), before_.end(), state).first - before_.begin();
}

} // namespace ringside
