// SPDX-License-Identifier: MIT
// The pcapng writer: see tap.h. Section numbers are those of draft-ietf-opsawg-pcapng.

#include "hw/tap.h"

#include <cerrno>
#include <cstring>

#include "hw/error.h"

namespace ringside
{
namespace
{

enum : uint32_t {
	kSectionHeader = 0x0a0d0d0a, /* section 4.1 */
	kInterfaceDescription = 1,   /* section 4.2 */
	kEnhancedPacket = 6,	     /* section 4.3 */
	kByteOrderMagic = 0x1a2b3c4d,
};

enum : uint16_t {
	kOptEnd = 0,
	kOptComment = 1,
	kOptIfName = 2,
	kOptIfTsResol = 9,
	kLinkTypeEthernet = 1,
};

/* A block (section 3.1): type, length, body, length again; everything in host byte order. */
class Block
{
      public:
	explicit Block(uint32_t type)
	{
		add(type);
		add<uint32_t>(0);
	}
	template <typename T> Block &add(T value)
	{
		return add_bytes(&value, sizeof(value));
	}
	Block &add_padded(const void *data, size_t len)
	{
		add_bytes(data, len);
		bytes_.resize((bytes_.size() + 3) / 4 * 4);
		return *this;
	}
	/* Section 3.5. */
	Block &add_option(uint16_t code, const void *data, uint16_t len)
	{
		return add(code).add(len).add_padded(data, len);
	}
	std::vector<uint8_t> finish()
	{
		uint32_t total = bytes_.size() + sizeof(total);
		add(total);
		memcpy(bytes_.data() + 4, &total, sizeof(total));
		return std::move(bytes_);
	}

      private:
	Block &add_bytes(const void *data, size_t len)
	{
		const uint8_t *at = static_cast<const uint8_t *>(data);
		bytes_.insert(bytes_.end(), at, at + len);
		return *this;
	}

	std::vector<uint8_t> bytes_;
};

std::vector<uint8_t> section_header()
{
	return Block(kSectionHeader)
		.add<uint32_t>(kByteOrderMagic)
		.add<uint16_t>(1)
		.add<uint16_t>(0)
		.add<uint64_t>(UINT64_MAX) /* length not known */
		.finish();
}

std::vector<uint8_t> interface_description(const std::string &name)
{
	const uint8_t nanoseconds = 9;

	return Block(kInterfaceDescription)
		.add<uint16_t>(kLinkTypeEthernet)
		.add<uint16_t>(0)
		.add<uint32_t>(0) /* no snap length */
		.add_option(kOptIfName, name.data(), name.size())
		.add_option(kOptIfTsResol, &nanoseconds, 1)
		.add_option(kOptEnd, nullptr, 0)
		.finish();
}

std::vector<uint8_t> enhanced_packet(uint64_t time_ns, uint32_t interface, const uint8_t *frame,
				     uint32_t len, const std::string &comment)
{
	Block block(kEnhancedPacket);

	block.add(interface)
		.add<uint32_t>(time_ns >> 32)
		.add<uint32_t>(time_ns)
		.add(len)
		.add(len)
		.add_padded(frame, len);
	if (!comment.empty())
		block.add_option(kOptComment, comment.data(), comment.size())
			.add_option(kOptEnd, nullptr, 0);
	return block.finish();
}

} // namespace

Tap::Tap(const std::string &file_name)
    : file_name_(file_name), file_(fopen(file_name.c_str(), "wb"))
{
	if (!file_)
		throw Error(-errno, "pcap=" + file_name + " cannot be created: " + strerror(errno) +
					    "; name a writable file");
}

Tap::~Tap()
{
	flush(UINT64_MAX);
}

void Tap::write(const std::vector<uint8_t> &bytes)
{
	if (failed_ || fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size())
		return;
	failed_ = true;
	error_ = errno;
}

void Tap::start_section()
{
	flush(UINT64_MAX);
	write(section_header());
	write(interface_description("side0"));
	write(interface_description("side1"));
}

void Tap::record(uint64_t time_ns, int side, const uint8_t *frame, size_t len,
		 const std::string &comment)
{
	waiting_.emplace(time_ns, enhanced_packet(time_ns, side, frame, len, comment));
}

void Tap::flush(uint64_t until_ns)
{
	auto end = waiting_.lower_bound(until_ns);

	for (auto block = waiting_.begin(); block != end; ++block)
		write(block->second);
	waiting_.erase(waiting_.begin(), end);
}

int Tap::take_error()
{
	int error = error_;

	error_ = 0;
	return error;
}

} // namespace ringside
