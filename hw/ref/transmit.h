/* SPDX-License-Identifier: MIT */
/*
 * The transmit queue (fact sheet section 4): reads descriptors in batches, gathers packets from
 * host memory, makes frames of them, hands them to the line, and reports descriptors done. A batch
 * goes through its stages one after the other, each after the DMA of the one before:
 *
 *   fetch -> gather -> send -> complete
 *
 * so frames leave only when their bytes have been read, descriptors are done only when their frames
 * have left, and the interrupt comes after the write-back.
 */
#ifndef RINGSIDE_REF_TRANSMIT_H
#define RINGSIDE_REF_TRANSMIT_H

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
	virtual void transmitted(bool at_once, bool delayed, time_ns now) = 0;
	virtual void transmit_queue_empty(time_ns now) = 0;

      protected:
	~TransmitEvents() = default;
};

class Transmit
{
      public:
	Transmit(Registers &registers, Statistics &statistics, Memory &memory, Line &line,
		 TransmitEvents &events, std::uint32_t features)
	    : registers_(registers), statistics_(statistics), memory_(memory), line_(line),
	      events_(events), features_(features), ring_(registers, reg::tdbal0)
	{
	}

	/* Forgets context and work under way. */
	void reset();
	/* TCTL.EN was cleared, or the ring moved: forgets work under way; the head stays. */
	void abandon();
	/* May DMA be started: bus mastering, GIO master disable. */
	void allow_dma(bool allowed)
	{
		dma_allowed_ = allowed;
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
		return stage_ != Stage::idle && now < ready_at_;
	}

      private:
	enum class Stage { idle, gather, send, complete };

	struct Descriptor {
		std::uint32_t word[4];
	};

	/* The packet that is being gathered. */
	struct Packet {
		std::vector<std::uint8_t> bytes;
		bool open = false; /* its first descriptor was seen */
		bool discard = false;
		bool segmented = false, ip_checksum = false, transport_checksum = false;
		std::uint32_t legacy_start = 0;
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
	Ring ring_;

	bool dma_allowed_ = false;
	bool line_blocked_ = false;
	Stage stage_ = Stage::idle;
	time_ns ready_at_ = 0;

	Context context_;
	Packet packet_;
	std::vector<Descriptor>
		cache_; /* descriptors read and not yet looked at, from cached_ on */
	std::size_t cached_ = 0;
	std::uint64_t cache_address_ = 0; /* of cache_[0] */
	std::uint32_t consumed_ = 0;	  /* descriptors, by this batch */
	std::size_t gathered_bytes_ = 0;  /* by this batch */
	std::vector<Done> done_;
	FrameList frames_;
	std::size_t sent_ = 0;

	bool runnable() const;
	void fetch(time_ns now);
	void gather(time_ns now);
	bool send(time_ns now);
	void write_back(time_ns now);
	void complete(time_ns now);

	void take(const Descriptor &d, std::uint64_t address, time_ns now);
	void take_context(const Descriptor &d);
	void take_data(const Descriptor &d, time_ns now);
	void open_packet(const Descriptor &d, bool extended);
	void append(std::uint64_t address, std::size_t len, time_ns now);
	void close_packet(const Descriptor &d, bool extended);
	void emit_single(const Descriptor &d, bool extended);
	std::size_t packet_limit() const;
	std::size_t padded_bytes() const;
};

} // namespace ringside::ref

#endif
