/* SPDX-License-Identifier: MIT */
/*
 * What descriptors ask of a packet: checksum insertion at offsets that software names (fact sheet
 * 4.7), cutting a large TCP or UDP send into frames (4.8), a VLAN tag and padding (4.10). Offsets
 * are those before the tag is inserted.
 */
#ifndef RINGSIDE_REF_SEGMENTER_H
#define RINGSIDE_REF_SEGMENTER_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ringside::ref
{

/* A context descriptor, decoded (4.5). */
struct Context {
	std::uint32_t ipcss = 0, ipcso = 0, ipcse = 0;
	std::uint32_t tucss = 0, tucso = 0, tucse = 0;
	std::uint32_t payload_bytes = 0, header_bytes = 0, mss = 0;
	bool tcp = false, ipv4 = false;
};

/* What is done to every frame in the end. */
struct Finish {
	std::size_t min_bytes = 0; /* shorter frames are padded, before the tag comes */
	bool tagged = false;
	std::uint16_t tag_ethertype = 0, tag = 0;

	std::size_t tag_bytes() const
	{
		return tagged ? 4 : 0;
	}
};

/* Frames one behind the other in one buffer, so that a burst costs no allocation. */
class FrameList
{
      public:
	void clear()
	{
		bytes_.clear();
		ends_.clear();
	}
	std::size_t count() const
	{
		return ends_.size();
	}
	const std::uint8_t *frame(std::size_t i) const
	{
		return bytes_.data() + begin(i);
	}
	std::size_t length(std::size_t i) const
	{
		return ends_[i] - begin(i);
	}
	/* A new frame of len bytes, without its tag, to be filled in before the next call. */
	std::uint8_t *append(std::size_t len, const Finish &finish);

      private:
	std::vector<std::uint8_t> bytes_;
	std::vector<std::size_t> ends_;

	std::size_t begin(std::size_t i) const
	{
		return i ? ends_[i - 1] : 0;
	}
};

/*
 * Adds the sum from byte `first` to byte `last` inclusive (0: the end) to nothing but itself and
 * stores its complement at `where`. Offsets that do not fit the frame leave it as it is.
 */
void insert_checksum(std::uint8_t *frame, std::size_t len, std::size_t first, std::size_t last,
		     std::size_t where, bool zero_is_ones);

/* IXSM and TXSM of a packet that is one frame. */
void insert_checksums(const Context &context, bool ip, bool transport, std::uint8_t *frame,
		      std::size_t len);

/* Whether a packet of len gathered bytes can be cut as the context says. */
bool can_segment(const Context &context, std::size_t len, std::size_t max_frame_bytes);

/* Puts the tag into a frame that append() returned and that is complete. */
void insert_tag(std::uint8_t *frame, const Finish &finish);

/* Appends the frames of a packet for which can_segment() holds. */
void segment(const Context &context, bool ip, bool transport, const std::uint8_t *packet,
	     std::size_t len, const Finish &finish, FrameList &out);

} // namespace ringside::ref

#endif
