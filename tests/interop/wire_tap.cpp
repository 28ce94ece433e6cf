// SPDX-License-Identifier: MIT
// wire_tap TAP SOCKET CONFIG: a wire of the platform (hw/wire.h) between a TAP device and QEMU
// (-netdev stream, by a Unix socket that QEMU connects to), in real time: what a virtual machine and the
// host's Linux say to each other is delayed, lost, reordered, duplicated and corrupted as CONFIG says
// (keys: platform.h, wire_create). Ends when QEMU does, and prints what the wire did.
//
// Side 0 is the TAP (the host), side 1 is QEMU (the guest). On the stream each frame has its length in
// front, 32 bits, big endian.

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "hw/config.h"
#include "hw/error.h"
#include "hw/wire.h"

namespace
{

using ringside::Error;
using ringside::Wire;

constexpr int kHost = 0, kGuest = 1;
constexpr size_t kFrameMax = 65536, kLengthBytes = 4;
constexpr int kFramesAtOnce = 64;
constexpr size_t kStreamMax = 1 << 20; // waiting for QEMU; more waits on the wire

[[noreturn]] void fail(const std::string &what)
{
	throw Error(-errno, what + ": " + strerror(errno));
}

uint64_t now_ns()
{
	timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

int open_tap(const char *name)
{
	const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ifreq request = {};

	if (fd < 0)
		fail("/dev/net/tun");
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	strncpy(request.ifr_name, name, sizeof(request.ifr_name) - 1);
	if (ioctl(fd, TUNSETIFF, &request))
		fail(name);
	return fd;
}

// Waits for QEMU.
int accept_qemu(const char *path)
{
	const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	sockaddr_un address = {};

	address.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address.sun_path))
		throw Error(-ENAMETOOLONG, std::string(path) + ": a shorter path is needed");
	memcpy(address.sun_path, path, strlen(path));
	if (listener < 0 ||
	    bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof(address)) ||
	    listen(listener, 1))
		fail(path);
	puts("ready");
	fflush(stdout);

	const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		fail(path);
	close(listener);
	return fd;
}

class Relay
{
      public:
	Relay(int tap, int stream, const ringside::WireConfig &config)
	    : tap_(tap), stream_(stream), wire_(config, false), start_ns_(now_ns())
	{
	}

	// Until QEMU ends.
	void run()
	{
		while (open_) {
			wait();
			from_tap();
			from_stream();
			deliver();
			if (wire_.tap())
				wire_.tap()->flush(time_ns());
		}
	}

	void report() const
	{
		for (int side : {kHost, kGuest}) {
			const ringside_wire_counters &c = wire_.counters(side);

			printf("%s frames %" PRIu64 " lost %" PRIu64 " reordered %" PRIu64
			       " duplicated %" PRIu64 " corrupted %" PRIu64 "\n",
			       side == kHost ? "host" : "guest", c.frames, c.lost, c.reordered,
			       c.duplicated, c.corrupted);
		}
	}

      private:
	uint64_t time_ns() const
	{
		return now_ns() - start_ns_;
	}

	// Until a side has something, or something arrives.
	void wait()
	{
		const uint64_t next_ns =
			std::min({arrival_ns(), blocked_ns(kHost), blocked_ns(kGuest)});
		const uint64_t now = time_ns();
		const short stream_events = static_cast<short>((full_[kGuest] ? 0 : POLLIN) |
							       (out_.empty() ? 0 : POLLOUT));
		pollfd fds[2] = {{tap_, static_cast<short>(full_[kHost] ? 0 : POLLIN), 0},
				 {stream_, stream_events, 0}};
		timespec limit = {};
		uint64_t wait_ns = next_ns > now ? next_ns - now : 0;

		limit.tv_sec = static_cast<time_t>(wait_ns / 1'000'000'000);
		limit.tv_nsec = static_cast<long>(wait_ns % 1'000'000'000);
		ppoll(fds, 2, next_ns == RINGSIDE_TIME_NEVER ? nullptr : &limit, nullptr);
	}

	uint64_t arrival_ns() const
	{
		return std::min(wire_.arrival_ns(kHost), out_.size() < kStreamMax
								 ? wire_.arrival_ns(kGuest)
								 : RINGSIDE_TIME_NEVER);
	}

	// When a side that the wire refused may send again.
	uint64_t blocked_ns(int side) const
	{
		return full_[side] ? std::max(wire_.credit_ns(side), time_ns() + 100'000)
				   : RINGSIDE_TIME_NEVER;
	}

	bool send(int side, const uint8_t *frame, size_t len)
	{
		full_[side] = !wire_.send(side, frame, len, time_ns());
		return !full_[side];
	}

	void from_tap()
	{
		for (int i = 0; i < kFramesAtOnce; i++) {
			if (waiting_.empty()) {
				waiting_.resize(kFrameMax);
				const ssize_t n = read(tap_, waiting_.data(), waiting_.size());
				waiting_.resize(n > 0 ? static_cast<size_t>(n) : 0);
			}
			if (waiting_.empty() || !send(kHost, waiting_.data(), waiting_.size()))
				return;
			waiting_.clear();
		}
	}

	void from_stream()
	{
		if (!full_[kGuest]) {
			uint8_t buffer[kFrameMax];
			const ssize_t n = read(stream_, buffer, sizeof(buffer));

			if (!n || (n < 0 && errno != EAGAIN))
				open_ = false;
			if (n > 0)
				in_.insert(in_.end(), buffer, buffer + n);
		}
		size_t at = 0;
		while (in_.size() - at >= kLengthBytes) {
			uint32_t word;
			memcpy(&word, &in_[at], sizeof(word));
			const size_t len = ntohl(word);
			if (in_.size() - at - kLengthBytes < len ||
			    !send(kGuest, &in_[at + kLengthBytes], len))
				break;
			at += kLengthBytes + len;
		}
		in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(at));
	}

	void deliver()
	{
		const uint64_t now = time_ns();

		for (; wire_.arrival_ns(kHost) <= now; wire_.pop(kHost, now)) {
			const std::vector<uint8_t> &frame = wire_.front(kHost);
			// What the device does not take is lost, as for any full receiver.
			if (write(tap_, frame.data(), frame.size()) < 0 && errno != EAGAIN &&
			    errno != EIO)
				fail("TAP");
		}
		for (; out_.size() < kStreamMax && wire_.arrival_ns(kGuest) <= now;
		     wire_.pop(kGuest, now)) {
			const std::vector<uint8_t> &frame = wire_.front(kGuest);
			const uint32_t word = htonl(static_cast<uint32_t>(frame.size()));
			const auto *bytes = reinterpret_cast<const uint8_t *>(&word);

			out_.insert(out_.end(), bytes, bytes + sizeof(word));
			out_.insert(out_.end(), frame.begin(), frame.end());
		}
		if (out_.empty())
			return;
		const ssize_t n = ::send(stream_, out_.data(), out_.size(), MSG_NOSIGNAL);
		if (n > 0)
			out_.erase(out_.begin(), out_.begin() + n);
		else if (errno != EAGAIN)
			open_ = false;
	}

	const int tap_, stream_;
	Wire wire_;
	const uint64_t start_ns_;
	bool open_ = true;
	bool full_[2] = {}; // the wire refused a side's frame: it waits in waiting_ or in_
	std::vector<uint8_t> waiting_, in_, out_;
};

} // namespace

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr,
			"usage: wire_tap TAP SOCKET CONFIG, as wire_tap tap0 wire.sock loss=0.01\n");
		return 2;
	}
	try {
		const ringside::WireConfig config = ringside::parse_wire_config(argv[3]);
		const int tap = open_tap(argv[1]);
		Relay relay(tap, accept_qemu(argv[2]), config);

		relay.run();
		relay.report();
	} catch (const Error &e) {
		fprintf(stderr, "wire_tap: %s\n", e.what());
		return 1;
	}
	return 0;
}
