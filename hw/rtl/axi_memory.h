/* SPDX-License-Identifier: MIT */
/*
 * The memory side of the card's AXI4 master: whole bursts become single accesses of the host's
 * memory. A read is made when its address is accepted and answered when its latency has passed, a
 * beat a cycle; a write is made when its last beat is there and answered (B) one latency later.
 * Errors of the host are SLVERR. Answers are in order.
 */
#ifndef RINGSIDE_HW_RTL_AXI_MEMORY_H
#define RINGSIDE_HW_RTL_AXI_MEMORY_H

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "hw/rtl/model.h"

namespace ringside
{

/* Where the bytes are. */
class HostMemory
{
      public:
	/* An access at time t: false for an error; *done_ns: when it is complete. */
	virtual bool read_host(uint64_t t_ns, uint64_t addr, uint8_t *buf, size_t len,
			       uint64_t *done_ns) = 0;
	virtual bool write_host(uint64_t t_ns, uint64_t addr, const uint8_t *buf, size_t len,
				uint64_t *done_ns) = 0;

      protected:
	~HostMemory() = default;
};

class AxiMemory
{
      public:
	AxiMemory(Model &model, HostMemory &memory);

	void power_on();

	/*
	 * The part of one cycle before its clock edge: takes what the card offers, offers what is
	 * due, for the next cycle. Returns whether the card's inputs carry something then, or change.
	 */
	bool step(uint64_t t_ns);

	/* When the next answer is due; NEVER: none is outstanding. */
	uint64_t next_ns() const;

	/* Nothing accepted that is not answered. */
	bool empty() const
	{
		return reads_.empty() && write_addrs_.empty() && answers_.empty() && !gathered_;
	}

	/* While set, everything is due at once. */
	void hurry(bool on)
	{
		hurry_ = on;
	}

      private:
	static constexpr size_t kBurstBytes = 4096;
	static constexpr size_t kMaxReads = 64;
	using Buffer = std::array<uint8_t, kBurstBytes>;

	struct Read {
		std::unique_ptr<Buffer> data;
		uint32_t beats;
		uint64_t due_ns;
		bool ok;
	};
	struct Answer {
		uint64_t due_ns;
		bool ok;
	};

	void finish_read_beat();
	void take_read(uint64_t t_ns);
	void take_write_beat(uint64_t t_ns);
	bool step_read_data(uint64_t t_ns);
	bool step_read_addr(uint64_t t_ns);
	bool step_write(uint64_t t_ns);
	bool step_write_answer(uint64_t t_ns);
	void gather();
	void gather_lanes(uint64_t strobes, size_t at, const uint8_t *bytes);
	void extend_run(size_t begin, size_t end, const uint8_t *bytes);
	void flush_run();
	bool is_due(uint64_t due_ns, uint64_t t_ns) const
	{
		return hurry_ || due_ns <= t_ns;
	}

	Model &model_;
	HostMemory &memory_;
	bool hurry_ = false;

	std::deque<Read> reads_;
	uint32_t read_beat_ = 0;
	std::vector<std::unique_ptr<Buffer>> spare_;

	std::deque<uint64_t> write_addrs_;
	std::deque<Answer> answers_;
	/* The write burst that is coming in: bytes [run_begin_, run_end_) of it are not written
	 * yet. */
	Buffer burst_;
	size_t gathered_ = 0;
	size_t run_begin_ = 0, run_end_ = 0;
	uint64_t write_ns_ = 0, write_done_ns_ = 0;
	bool write_ok_ = true;
};

} // namespace ringside
#endif
