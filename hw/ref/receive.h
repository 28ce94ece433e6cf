/* SPDX-License-Identifier: MIT */
/*
 * The receive queues (fact sheet section 5): filters what arrives, keeps it in a FIFO until there
 * are descriptors for it, writes it to host memory and reports it. Like Transmit it works in
 * batches of one queue, each stage after the DMA of the one before:
 *
 *   fetch -> deliver (payload) -> report (descriptors) -> complete (interrupt)
 *
 * There is one FIFO: a frame whose queue has no descriptors holds up what is behind it.
 */
#ifndef RINGSIDE_REF_RECEIVE_H
#define RINGSIDE_REF_RECEIVE_H

#include <array>
#include <deque>
#include <vector>

#include "bus.h"
#include "filter.h"
#include "layers.h"
#include "ring.h"
#include "rss.h"
#include "split.h"
#include "statistics.h"

namespace ringside::ref
{

class ReceiveEvents
{
      public:
	virtual void received(unsigned int queue, time_ns now) = 0;
	virtual void receive_descriptors_low(time_ns now) = 0;
	/* True: the frame was given the time stamp. */
	virtual bool receive_stamp(const std::uint8_t *frame, const Layers &l, time_ns now) = 0;
	/* A frame on the line. True: it was a pause frame and is consumed. */
	virtual bool receive_pause(const std::uint8_t *frame, time_ns now) = 0;
	/* Bytes that wait in the FIFO, whenever that has changed. */
	virtual void receive_level(std::size_t bytes, time_ns now) = 0;
	/* Asleep: a frame of these kinds (wake.h) has come. */
	virtual void woken(std::uint32_t reasons, const std::uint8_t *frame, std::size_t len,
			   time_ns now) = 0;
	virtual void receive_small(time_ns now) = 0; /* shorter than RSRPD */
	virtual void receive_ack(time_ns now) = 0;
	virtual void receive_overrun(time_ns now) = 0;
	virtual void receive_room(time_ns now) = 0; /* after arrive() had returned false */

      protected:
	~ReceiveEvents() = default;
};

class Receive
{
      public:
	Receive(Registers &registers, Statistics &statistics, Memory &memory, ReceiveEvents &events,
		std::uint32_t features, bool drop_when_full)
	    : registers_(registers), statistics_(statistics), memory_(memory), events_(events),
	      features_(features),
	      drop_when_full_(drop_when_full), queues_{Queue(registers, reg::rdbal0),
						       Queue(registers, reg::rdbal1)}
	{
	}

	void reset();
	/* RCTL.EN was cleared: forgets work under way; FIFO and heads stay. */
	void abandon();
	/* A queue's ring moved: forgets the work on it. */
	void abandon(unsigned int queue);
	void allow_dma(bool allowed)
	{
		dma_allowed_ = allowed;
	}

	/* As after power-on: reset(), and nobody waits for room. */
	void power_on();
	void set_link(bool up)
	{
		link_ = up;
	}

	/* Asleep frames are only looked at for what wakes. */
	void set_asleep(bool asleep)
	{
		asleep_ = asleep;
	}

	/* Frames come from loop(), and what is on the line goes past the card. */
	void set_looped(bool looped)
	{
		looped_ = looped;
	}
	/* A frame that the card sent to itself; dropped when there is no room (4.10). */
	void loop(const std::uint8_t *frame, std::size_t len, time_ns now);

	/* A frame from the line, of at least 60 bytes if its FCS is good. False: no room, it was not
	 * looked at. */
	bool arrive(const std::uint8_t *frame, std::size_t len, bool good_fcs, time_ns now);
	/* arrive() would not return false. */
	bool takes() const;
	/* Tells who was refused, when that has changed; after every change of configuration. */
	void announce_room(time_ns now);

	time_ns deadline() const;
	bool step(time_ns now);
	bool dma_busy(time_ns now) const
	{
		return now < dma_until();
	}
	time_ns dma_until() const
	{
		return stage_ == Stage::idle ? 0 : ready_at_;
	}
	/* A frame waits on the line for room. */
	bool wire_waits() const
	{
		return refused_;
	}

      private:
	enum class Stage { idle, fetched, delivered, reported };

	/* A frame as it is on the line: `bytes` has 60 at least, zeros behind the end of a shorter one. */
	struct Arrival {
		const std::uint8_t *bytes;
		std::size_t len;      /* of bytes */
		std::size_t line_len; /* without FCS */
		bool good_fcs;
		bool oversize;

		bool good() const
		{
			return good_fcs && !oversize;
		}
	};
	/* A frame as it is delivered, and what was found out about it when it came. */
	struct Frame {
		std::vector<std::uint8_t> bytes;
		Layers layers{};
		std::size_t line_bytes = 0; /* with FCS and tag */
		bool damaged = false;	    /* its FCS was wrong */
		bool inexact = false;
		bool stripped = false; /* of this VLAN tag */
		std::uint16_t tag = 0;
		bool stamped = false; /* with the time */
		RssResult rss{};
	};
	struct Descriptor {
		std::uint32_t word[4];
	};
	struct Queue {
		Ring ring;
		std::vector<Descriptor> cache{}; /* read from the head on, in ring order */

		Queue(Registers &registers, std::uint32_t base_low) : ring(registers, base_low)
		{
		}
	};
	/* What the last descriptor of a frame says of it. */
	struct Report {
		std::uint32_t mrq, check, status; /* dwords 0 to 2 of the extended layout */
		std::uint16_t tag;
	};

	Registers &registers_;
	Statistics &statistics_;
	Memory &memory_;
	ReceiveEvents &events_;
	const std::uint32_t features_;
	const bool drop_when_full_;
	std::array<Queue, 2> queues_;
	unsigned int active_ = 0; /* whose batch it is */

	bool dma_allowed_ = false;
	bool link_ = false;
	bool looped_ = false;
	bool asleep_ = false;
	Stage stage_ = Stage::idle;
	time_ns ready_at_ = 0;

	std::deque<Frame> fifo_;
	std::size_t fifo_bytes_ = 0;
	bool refused_ = false; /* a frame waits outside */
	std::vector<std::vector<std::uint8_t>> spare_;

	bool split_ = false;			   /* layout of this batch */
	bool has_small_ = false, has_ack_ = false; /* frames in this batch */
	std::uint32_t used_ = 0;		   /* of the active queue's cache, by this batch */

	bool runnable() const;
	bool listening() const;
	bool has_room() const;
	std::size_t capacity() const;
	std::uint16_t vlan_ethertype() const;
	bool tagged(const std::uint8_t *frame) const;
	void count_arrival(const Arrival &a);
	bool acceptable(const Arrival &a, bool &inexact, time_ns now);
	void take_in(const std::uint8_t *frame, std::size_t len, bool good_fcs, time_ns now);
	void keep(const Arrival &a, bool inexact, time_ns now);
	void drop_front(time_ns now);
	void detect(const Frame &f);
	bool counts_as_ack(const Layers &l) const;
	bool sums_payload(const Frame &f) const;
	bool has_udp_checksum(const Frame &f) const;
	std::uint32_t packet_checksum(const Frame &f) const;

	std::size_t buffer_bytes() const;
	std::size_t delivered_bytes(const Frame &f) const;
	std::uint32_t descriptors_for(const Frame &f) const;
	bool startable() const;
	void fetch(time_ns now);
	void deliver(time_ns now);
	bool splitting() const;
	void deliver_frame(const Frame &f, time_ns now);
	void deliver_split(const Frame &f, time_ns now);
	void write_buffer(const Frame &f, std::size_t offset, std::size_t len,
			  std::uint64_t address, time_ns now);
	void report(time_ns now);
	void complete(time_ns now);
	void fill(Descriptor &d, std::size_t len, const Report &report) const;
	time_ns write_units(std::uint32_t from, std::uint32_t count, time_ns now);
	Report report_of(const Frame &f) const;
	std::uint32_t low_threshold(const Ring &ring) const;
};

} // namespace ringside::ref

#endif
