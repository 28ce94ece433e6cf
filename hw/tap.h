/* SPDX-License-Identifier: MIT */
/*
 * A tap on a wire, written as pcapng (draft-ietf-opsawg-pcapng: section header, interface
 * description and enhanced packet blocks), because libpcap cannot write that format and no other C
 * or C++ library that distributions keep does without bringing a packet framework along.
 *
 * Interface 0 shows what side 0 sends, interface 1 what side 1 sends, as sent, with the time at
 * which the frame's first bit is on the line in nanoseconds since power-on. A comment says what the
 * wire did to it (lost, reordered, duplicated, corrupted). Each power-on begins a new section.
 *
 * The two sides run ahead of each other, so records wait here until flush() says that time has
 * passed: the file is in order of time.
 */
#ifndef RINGSIDE_HW_TAP_H
#define RINGSIDE_HW_TAP_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ringside
{

class Tap
{
      public:
	/* Throws Error when the file cannot be created. */
	explicit Tap(const std::string &file_name);
	~Tap();

	void start_section();
	void record(uint64_t time_ns, int side, const uint8_t *frame, size_t len,
		    const std::string &comment);

	/* Writes the records before until_ns. */
	void flush(uint64_t until_ns);

	/* Errno of the first write that failed, once; 0: none since. */
	int take_error();

	const std::string &file_name() const
	{
		return file_name_;
	}

      private:
	struct CloseFile {
		void operator()(FILE *file) const
		{
			fclose(file);
		}
	};

	void write(const std::vector<uint8_t> &bytes);

	std::string file_name_;
	std::unique_ptr<FILE, CloseFile> file_;
	std::multimap<uint64_t, std::vector<uint8_t>> waiting_; /* blocks by time */
	int error_ = 0;
	bool failed_ = false;
};

} // namespace ringside
#endif
