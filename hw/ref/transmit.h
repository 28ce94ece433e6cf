/* SPDX-License-Identifier: MIT */
/*
 * The transmit queues (fact sheet section 4): reads descriptors in batches, gathers packets from
 * host memory, makes frames of them, hands them to the line, and reports descriptors done. A batch
 * is one queue's and goes through its stages one after the other, each after the DMA of the one
 * before:
 *
 *   fetch -> gather -> send -> complete
 *
 * so frames leave only when their bytes have been read, descriptors are done only when their frames
 * have left, and the interrupt comes after the write-back. The queues take turns by the packet; a
 * context and the packet behind it are one turn, because there is one context for both (4.6).
 */
#ifndef RINGSIDE_REF_TRANSMIT_H
#define RINGSIDE_REF_TRANSMIT_H

#include <array>
#include <vector>

#include "bus.h"
#include "ring.h"
#include "segmenter.h"
#include "statistics.h"

namespace ringside::ref
{

/* What a batch of write-backs means for interrupts. */
class TransmitEvents
{
      public:
	virtual void transmitted(unsigned int queue, bool at_once, bool delayed, time_ns now) = 0;
	virtual void transmit_queue_empty(time_ns now) = 0;
	/* The descriptors left are no more than TXDCTL.LWTHRESH says, and were before (4.2). */
	virtual void transmit_descriptors_low(time_ns now) = 0;
	/* A frame that asks for a time stamp begins to leave. */
	virtual void transmit_stamp(time_ns now) = 0;

      protected:
	~TransmitEvents() = default;
};

class Transmit
{
      public:
	Transmit(Registers &registers, Statistics &statistics, Memory &memory, Line &line,
		 TransmitEvents &events, std::uint32_t features)
	    : registers_(registers), statistics_(statistics), memory_(memory), line_(line),
	      events_(events), features_(features), queues_{Queue(registers, reg::tdbal0),
							    Queue(registers, reg::tdbal1)}
	{
	}

	/* Forgets context and work under way. */
	void reset();
	/* TCTL.EN was cleared: forgets work under way; heads stay. */
	void abandon();
	/* A queue's ring moved: forgets the work on it. */
	void abandon(unsigned int queue);
	/* May DMA be started: bus mastering, GIO master disable. */
	void allow_dma(bool allowed)
	{
		dma_allowed_ = allowed;
	}
	/* No frame leaves before then: the other end wants a pause. */
	void hold_until(time_ns t)
	{
		held_until_ = t;
	}
	/* There would be frames to send, but for the pause. */
	bool held(time_ns now) const
	{
		return stage_ == Stage::send && now < held_until_;
	}
	/* The line takes frames again. */
	void line_ready()
	{
		line_blocked_ = false;
	}

	/* When there is something to do. */
	time_ns deadline() const;
	/* Does one thing that is due. False: there was none. */
	bool step(time_ns now);

	/* A DMA access is under way. */
	bool dma_busy(time_ns now) const
	{
		return now < dma_until();
	}
	time_ns dma_until() const
	{
		return stage_ == Stage::idle ? 0 : ready_at_;
	}
	/* There are frames that wait for the line, or for the end of a pause; never: nobody knows. */
	time_ns wire_until() const
	{
		if (stage_ != Stage::send)
			return 0;
		return line_blocked_ ? never : held_until_;
	}

      private:
	enum class Stage { idle, gather, send, complete };

	struct Descriptor {
		std::uint32_t word[4];
	};

	/* The packet that a queue gathers, with the context that held when it began. */
	struct Packet {
		std::vector<std::uint8_t> bytes;
		bool open = false; /* its first descriptor was seen */
		bool discard = false;
		bool stamped = false; /* its first frame */
		bool segmented = false, ip_checksum = false, transport_checksum = false;
		std::uint32_t legacy_start = 0;
		Context context;
		Finish finish; /* of a segmented packet */
	};

	struct Queue {
		Ring ring;
		Packet packet{};
		bool in_turn = false; /* the last descriptor did not end a packet */
		/* Descriptors read and not yet looked at, from cached on. */
		std::vector<Descriptor> cache{};
		std::size_t cached = 0;
		std::uint64_t cache_address = 0; /* of cache[0] */

		Queue(Registers &registers, std::uint32_t base_low) : ring(registers, base_low)
		{
		}
		bool has_work() const
		{
			return cached < cache.size() || ring.owned();
		}
	};

	/* A descriptor whose write-back is due. */
	struct Done {
		std::uint64_t address;
		std::uint32_t status;
		bool delayed;
	};

	Registers &registers_;
	Statistics &statistics_;
	Memory &memory_;
	Line &line_;
	TransmitEvents &events_;
	const std::uint32_t features_;
	std::array<Queue, 2> queues_;
	unsigned int active_ = 0; /* whose batch it is, or the last one was */

	bool dma_allowed_ = false;
	bool line_blocked_ = false;
	Stage stage_ = Stage::idle;
	time_ns ready_at_ = 0;
	time_ns held_until_ = 0;

	Context context_;
	std::uint32_t consumed_ = 0;	 /* descriptors, by this batch */
	std::size_t gathered_bytes_ = 0; /* by this batch */
	std::vector<Done> done_;
	FrameList frames_;
	std::vector<std::size_t> stamped_; /* of frames_ */
	std::size_t sent_ = 0;
	bool ran_low_ = false; /* by this batch */

	bool runnable() const;
	std::uint32_t low_threshold() const;
	bool runnable(unsigned int queue) const;
	unsigned int next_queue() const;
	void start(time_ns now);
	void drop_batch();
	void fetch(time_ns now);
	void gather(time_ns now);
	bool send(time_ns now);
	void write_back(time_ns now);
	void complete(time_ns now);

	void take(Queue &queue, const Descriptor &d, std::uint64_t address, time_ns now);
	void take_context(const Descriptor &d);
	void take_data(Packet &packet, const Descriptor &d, time_ns now);
	void open_packet(Packet &packet, const Descriptor &d, bool extended);
	void append(Packet &packet, std::uint64_t address, std::size_t len, time_ns now);
	void close_packet(Packet &packet, const Descriptor &d, bool extended);
	void emit_single(const Packet &packet, const Descriptor &d, bool extended);
	Finish finish_of(const Descriptor &d) const;
};

} // namespace ringside::ref

#endif
