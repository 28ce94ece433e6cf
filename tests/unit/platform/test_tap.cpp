// SPDX-License-Identifier: MIT
// The tap's files, as tshark reads them.

#include <check.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "hw/error.h"
#include "hw/tap.h"
#include "hw/wire.h"

using ringside::Tap;
using ringside::Wire;
using ringside::WireConfig;

namespace
{

/* What the command prints; it must succeed without a complaint. */
std::string output_of(const std::string &command)
{
	FILE *pipe = popen((command + " 2>&1").c_str(), "r");
	std::string text;
	char line[512];

	ck_assert_ptr_nonnull(pipe);
	while (fgets(line, sizeof(line), pipe))
		text += line;
	ck_assert_msg(pclose(pipe) == 0, "%s: %s", command.c_str(), text.c_str());
	return text;
}

std::string fields(const std::string &file, const std::string &names)
{
	std::string command = "LC_ALL=C tshark -n -r " + file + " -T fields -E separator=,";

	for (size_t at = 0; at < names.size();) {
		size_t end = std::min(names.find(' ', at), names.size());
		command += " -e " + names.substr(at, end - at);
		at = end + 1;
	}
	std::string text = output_of(command);
	size_t root_warning = text.find("Running as user \"root\"");
	if (root_warning != std::string::npos)
		text.erase(root_warning, text.find('\n', root_warning) + 1 - root_warning);
	/* Newer ones escape commas. */
	for (size_t at = text.find("\\,"); at != std::string::npos; at = text.find("\\,"))
		text.erase(at, 1);
	return text;
}

void assert_fields(const std::string &file, const std::string &names, const std::string &expected)
{
	std::string text = fields(file, names);

	ck_assert_str_eq(text.c_str(), expected.c_str());
}

std::string file_named(const char *name)
{
	return std::string(TEST_OUT "/") + name + ".pcapng";
}

const std::vector<uint8_t> kFrame(61, 0x5a);

} // namespace

START_TEST(time_stamps_keep_every_nanosecond)
{
	std::string file = file_named("nanoseconds");
	{
		Tap tap(file);
		tap.start_section();
		tap.record(1'000'000'001, 0, kFrame.data(), kFrame.size(), "");
		tap.record(4'999'999'999'999'999'999, 1, kFrame.data(), kFrame.size(), "lost");
	}
	assert_fields(file,
		      "frame.time_epoch frame.len frame.interface_id "
		      "frame.interface_name frame.comment",
		      "1.000000001,61,0,side0,\n4999999999.999999999,61,1,side1,lost\n");
}
END_TEST

START_TEST(frame_bytes_are_as_sent)
{
	std::string file = file_named("bytes");
	std::vector<uint8_t> frame;
	for (int i = 0; i < 63; i++)
		frame.push_back(i < 12 ? 0x10 + i : i == 12 ? 0x88 : i == 13 ? 0xb5 : i);
	{
		Tap tap(file);
		tap.start_section();
		tap.record(5, 0, frame.data(), frame.size(), "");
	}
	assert_fields(file, "eth.dst eth.src eth.type",
		      "10:11:12:13:14:15,16:17:18:19:1a:1b,0x88b5\n");
	std::string dump = output_of("LC_ALL=C tshark -n -r " + file + " -x | grep ^0030");
	ck_assert_ptr_nonnull(
		strstr(dump.c_str(), "0030  30 31 32 33 34 35 36 37 38 39 3a 3b 3c 3d 3e "));
}
END_TEST

START_TEST(records_are_in_order_of_time_whichever_side_was_ahead)
{
	std::string file = file_named("order");
	{
		Tap tap(file);
		tap.start_section();
		for (uint64_t t : {50, 20, 40, 30})
			tap.record(t, t == 50, kFrame.data(), kFrame.size(), "");
		tap.flush(35);
		tap.record(36, 1, kFrame.data(), kFrame.size(), "");
	}
	assert_fields(file, "frame.time_epoch",
		      "0.000000020\n0.000000030\n0.000000036\n0.000000040\n0.000000050\n");
}
END_TEST

START_TEST(power_on_starts_a_section_that_readers_follow)
{
	std::string file = file_named("sections");
	WireConfig config;
	config.pcap_file = file;
	config.rate_mbps = 0;
	{
		Wire wire(config, false);
		wire.send(0, kFrame.data(), kFrame.size(), 100);
		wire.power_on();
		wire.send(1, kFrame.data(), kFrame.size(), 7);
	}
	assert_fields(file, "frame.time_epoch", "0.000000100\n0.000000007\n");
}
END_TEST

START_TEST(the_wire_notes_what_it_did_to_a_frame)
{
	std::string file = file_named("comments");
	WireConfig config;
	config.pcap_file = file;
	config.corrupt = config.duplicate = config.reorder = 1;
	{
		Wire wire(config, false);
		wire.send(0, kFrame.data(), kFrame.size(), 100);
	}
	assert_fields(file, "frame.time_epoch frame.comment",
		      "0.000000100,reordered, duplicated, corrupted\n");
}
END_TEST

START_TEST(a_file_that_cannot_be_created_is_an_error_with_a_cure)
{
	try {
		Tap tap("/nonexistent/folder/x.pcapng");
		ck_abort_msg("created");
	} catch (const ringside::Error &error) {
		ck_assert_int_eq(error.code(), -ENOENT);
		ck_assert_str_eq(error.what(),
				 "pcap=/nonexistent/folder/x.pcapng cannot be created: "
				 "No such file or directory; name a writable file");
	}
}
END_TEST

START_TEST(a_full_disk_is_reported_once)
{
	Tap tap("/dev/full");
	tap.start_section();
	for (int i = 0; i < 1000; i++)
		tap.record(i, 0, kFrame.data(), kFrame.size(), "");
	tap.flush(UINT64_MAX);
	ck_assert_int_eq(tap.take_error(), ENOSPC);
	tap.record(1000, 0, kFrame.data(), kFrame.size(), "");
	tap.flush(UINT64_MAX);
	ck_assert_int_eq(tap.take_error(), 0);
}
END_TEST

int main()
{
	Suite *suite = suite_create("tap");
	TCase *tc = tcase_create("tap");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, time_stamps_keep_every_nanosecond);
	tcase_add_test(tc, frame_bytes_are_as_sent);
	tcase_add_test(tc, records_are_in_order_of_time_whichever_side_was_ahead);
	tcase_add_test(tc, power_on_starts_a_section_that_readers_follow);
	tcase_add_test(tc, the_wire_notes_what_it_did_to_a_frame);
	tcase_add_test(tc, a_file_that_cannot_be_created_is_an_error_with_a_cure);
	tcase_add_test(tc, a_full_disk_is_reported_once);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
