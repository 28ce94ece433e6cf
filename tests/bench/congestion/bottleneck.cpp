// SPDX-License-Identifier: MIT
// bottleneck WIRE SINK_FD SENDER_FD LOSS DELAY_NS [SENDER_FD LOSS DELAY_NS]...: a router with a drop-tail queue between
// senders and a sink, in real time, made of the platform's wires (hw/wire.h): each sender has one of its own to
// the router (delay, loss), and all share the one from there to the sink, WIRE (keys: platform.h, wire_create;
// rate_mbps, and queue_frames, of which more are dropped). A descriptor is a TAP device or a Unix socket of
// messages: a frame a read() and a write(). Ends when the standard input does.
//
// Wires reckon with the times at which frames reach them, not with those at which this program runs: when it
// is late, what it delivers is late, but rate, queue and losses are what they should be. Each 20 ms it prints:
//   time_ns (CLOCK_MONOTONIC), the queue's frames now, most of them, and dropped since the last line,
//   bytes that left it since, and how late the latest frame was handed over, in ns.

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "hw/config.h"
#include "hw/error.h"
#include "hw/wire.h"

namespace
{

using ringside::Error;
using ringside::Wire;

constexpr int kNear = 0, kFar = 1; // a wire's sides: towards the senders, towards the sink
constexpr size_t kFrameMax = 2048, kMacBytes = 6;
constexpr int kFramesAtOnce = 64;
constexpr uint64_t kSampleEveryNs = 20'000'000;
constexpr uint64_t kNoQueueLimit = 1'000'000;
// What comes from a sender is up to a frame's time at 20 Mb/s late, at random, in its order: without it a drop-tail
// queue drops for ever the flow whose frames come just before it has room (Floyd, Jacobson 1991: phase effects).
constexpr uint64_t kSpreadNs = 615'000;

uint64_t now_ns()
{
	timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

struct Sender {
	int fd;
	Wire wire;
	std::array<uint8_t, kMacBytes> mac = {}; // learnt from what it sends
	uint64_t last_ns = 0;			 // when its latest frame set out
};

ringside::WireConfig access_config(const char *loss, const char *delay_ns, size_t seed)
{
	const std::string text = std::string("rate_mbps=0,loss=") + loss + ",delay_ns=" + delay_ns +
				 ",queue_frames=" + std::to_string(kNoQueueLimit) +
				 ",seed=" + std::to_string(seed);

	return ringside::parse_wire_config(text.c_str());
}

class Router
{
      public:
	Router(const char *wire, int sink)
	    : sink_(sink), shared_(ringside::parse_wire_config(wire), false)
	{
	}

	void add_sender(int fd, const char *loss, const char *delay_ns)
	{
		const size_t seed = senders_.size() + 1;

		senders_.push_back(std::make_unique<Sender>(
			Sender{fd, Wire(access_config(loss, delay_ns, seed), false)}));
	}

	void run()
	{
		while (wait()) {
			const uint64_t now = time_ns();

			for (auto &sender : senders_)
				take(*sender, now);
			take_sink(now);
			pass_on(now);
			if (now >= sample_ns_)
				sample(now);
		}
	}

      private:
	uint64_t time_ns() const
	{
		return now_ns() - start_ns_;
	}

	// Until a frame comes or arrives, or a sample is due. False: the standard input has ended.
	bool wait()
	{
		std::vector<pollfd> fds = {{STDIN_FILENO, POLLIN, 0}, {sink_, POLLIN, 0}};
		const uint64_t next = std::min(next_ns(), sample_ns_), now = time_ns();
		const uint64_t wait_ns = next > now ? next - now : 0;
		const timespec limit = {static_cast<time_t>(wait_ns / 1'000'000'000),
					static_cast<long>(wait_ns % 1'000'000'000)};

		for (auto &sender : senders_)
			fds.push_back({sender->fd, POLLIN, 0});
		ppoll(fds.data(), fds.size(), &limit, nullptr);
		return !fds[0].revents;
	}

	uint64_t next_ns() const
	{
		uint64_t next = std::min(shared_.arrival_ns(kNear), shared_.arrival_ns(kFar));

		for (auto &sender : senders_)
			next = std::min({next, sender->wire.arrival_ns(kNear),
					 sender->wire.arrival_ns(kFar)});
		return next;
	}

	void take(Sender &sender, uint64_t now)
	{
		uint8_t frame[kFrameMax];
		ssize_t n;

		for (int i = 0;
		     i < kFramesAtOnce && (n = read(sender.fd, frame, sizeof(frame))) > 0; i++) {
			std::copy_n(frame + kMacBytes, kMacBytes, sender.mac.begin());
			sender.last_ns = std::max(sender.last_ns, now + random_() % kSpreadNs);
			sender.wire.send(kNear, frame, static_cast<size_t>(n), sender.last_ns);
		}
	}

	void take_sink(uint64_t now)
	{
		uint8_t frame[kFrameMax];
		ssize_t n;

		for (int i = 0; i < kFramesAtOnce && (n = read(sink_, frame, sizeof(frame))) > 0;
		     i++)
			shared_.send(kFar, frame, static_cast<size_t>(n), now);
	}

	// All that has arrived by now, in the order of its time.
	void pass_on(uint64_t now)
	{
		for (uint64_t at = next_ns(); at <= now; at = next_ns()) {
			for (auto &sender : senders_) {
				if (sender->wire.arrival_ns(kFar) == at)
					enqueue(*sender, at);
				if (sender->wire.arrival_ns(kNear) == at)
					deliver(sender->wire, kNear, sender->fd, at);
			}
			if (shared_.arrival_ns(kFar) == at)
				leave(at);
			if (shared_.arrival_ns(kNear) == at)
				send_back(at);
		}
	}

	void enqueue(Sender &sender, uint64_t at)
	{
		const std::vector<uint8_t> &frame = sender.wire.front(kFar);

		if (shared_.send(kNear, frame.data(), frame.size(), at))
			peak_ = std::max(peak_, ++queued_);
		else
			dropped_++;
		sender.wire.pop(kFar, at);
	}

	void leave(uint64_t at)
	{
		bytes_ += shared_.front(kFar).size();
		queued_--;
		deliver(shared_, kFar, sink_, at);
	}

	// To the sender whose address it bears; a broadcast to all.
	void send_back(uint64_t at)
	{
		const std::vector<uint8_t> &frame = shared_.front(kNear);

		for (auto &sender : senders_)
			if ((frame[0] & 1) ||
			    std::equal(sender->mac.begin(), sender->mac.end(), frame.begin()))
				sender->wire.send(kFar, frame.data(), frame.size(), at);
		shared_.pop(kNear, at);
	}

	void deliver(Wire &wire, int side, int fd, uint64_t at)
	{
		const std::vector<uint8_t> &frame = wire.front(side);

		// What the end does not take is lost, as for any full receiver.
		if (write(fd, frame.data(), frame.size()) < 0 && errno != EAGAIN && errno != EIO &&
		    errno != EPIPE && errno != ECONNRESET)
			throw Error(-errno, std::string("write: ") + strerror(errno));
		wire.pop(side, at);
		late_ns_ = std::max(late_ns_, time_ns() - at);
	}

	void sample(uint64_t now)
	{
		printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
		       start_ns_ + now, queued_, peak_, dropped_, bytes_, late_ns_);
		peak_ = queued_;
		dropped_ = bytes_ = late_ns_ = 0;
		sample_ns_ = now + kSampleEveryNs;
	}

	const int sink_;
	Wire shared_;
	const uint64_t start_ns_ = now_ns();
	std::vector<std::unique_ptr<Sender>> senders_;
	std::mt19937_64 random_; // always the same
	uint64_t sample_ns_ = 0;
	uint64_t queued_ = 0;
	// Since the last sample.
	uint64_t peak_ = 0, dropped_ = 0, bytes_ = 0, late_ns_ = 0;
};

} // namespace

int main(int argc, char **argv)
{
	if (argc < 6 || argc % 3) {
		fprintf(stderr, "usage: bottleneck WIRE SINK_FD SENDER_FD LOSS DELAY_NS...\n");
		return 2;
	}
	try {
		Router router(argv[1], atoi(argv[2]));

		for (int i = 3; i < argc; i += 3)
			router.add_sender(atoi(argv[i]), argv[i + 1], argv[i + 2]);
		router.run();
	} catch (const Error &e) {
		fprintf(stderr, "bottleneck: %s\n", e.what());
		return 1;
	}
	return 0;
}
