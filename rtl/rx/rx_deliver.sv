// SPDX-License-Identifier: MIT
//
// Moves frames from the buffer to host memory: cuts each frame into the buffers of as many
// descriptors as it takes (fact sheet 5.2b, 5.6), one write request a buffer, and tells the write-back
// what belongs into each descriptor. A frame that finds no descriptor waits, also in its middle.
//
// With packet split a descriptor has four buffers. The headers of a frame go alone into the first one,
// if they fit; of further descriptors of such a frame it stays empty. What follows starts in the
// middle of a word of the frame buffer and is aligned here.
//
// A null buffer is skipped: its descriptor is used up, with length 0, and so are the bytes that would
// have gone there. Bytes for the address of all ones are dropped (fact sheet 5.6, trap 7).

module rx_deliver #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned BufferWords = 1024,
  parameter bit EnSplit = 1'b1,
  localparam int unsigned AddrW = $clog2(BufferWords)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             clear_i,
  input  logic             enable_i,      // may begin with a buffer
  input  logic [31:0]      rctl_i,
  input  logic             split_i,       // packet split is on
  input  logic [31:0]      psrctl_i,

  // Oldest frame in the buffer.
  input  logic             frame_valid_i,
  input  logic [14:0]      frame_len_i,
  input  logic [9:0]       frame_split_i, // bytes of its headers, 0: none
  output logic             frame_pop_o,

  input  logic             desc_valid_i,
  input  logic [255:0]     desc_i,
  output logic             desc_pop_o,

  output logic             mem_re_o,
  output logic [AddrW-1:0] mem_addr_o,
  input  logic [DataW-1:0] mem_data_i,
  output logic [AddrW:0]   read_ptr_o,

  output logic             wr_req_valid_o,
  output logic [63:0]      wr_req_addr_o,
  output logic [15:0]      wr_req_len_o,
  input  logic             wr_req_ready_i,
  output logic             wr_valid_o,
  output logic [DataW-1:0] wr_data_o,
  input  logic             wr_ready_i,
  input  logic             wr_done_i,

  // One entry a descriptor, in ring order; the rest of it is known by whoever has the frame.
  output logic             wb_valid_o,
  output logic [2:0]       wb_writes_o,   // payload writes to wait for
  output logic             wb_last_o,     // end of packet
  output logic [4*15-1:0]  wb_lens_o,     // bytes in each buffer
  output logic [9:0]       wb_header_o,   // bytes of headers that were split off, 0: none
  input  logic             wb_full_i,
  output logic             write_o,       // a write has begun

  output logic             more_o,        // will begin with another buffer in this cycle or soon
  output logic             quiet_o,       // nothing on the way to memory
  output logic             idle_o
);
  localparam int unsigned BeatBytes = DataW / 8;
  localparam int unsigned OffW = $clog2(BeatBytes);
  localparam int unsigned WordsW = 16 - OffW;  // words of 16,384 bytes, and one more
  localparam int unsigned Bsize = 16, Bsex = 25, Flxbuf = 27;

  // The buffer in hand.
  logic in_frame_q, split_q;              // split_q: the frame's headers went alone
  logic [1:0] index_q, index;             // of the descriptor's buffers
  logic [14:0] capacity, left_q, left, seg;
  logic [15:0] split_capacity;
  logic split_here, at_header, frame_ends, desc_ends;
  logic [63:0] addr;
  logic null_addr, no_write, drained, ready, start;
  logic [OffW-1:0] off_q, off;            // where its bytes begin in their word
  logic [15:0] seg_end;
  logic [WordsW-1:0] seg_words, seg_beats;

  always_comb begin
    if (rctl_i[Flxbuf +: 4] != '0) capacity = {1'b0, rctl_i[Flxbuf +: 4], 10'd0};
    else if (!rctl_i[Bsex] || rctl_i[Bsize +: 2] == '0) capacity = 15'd2048 >> rctl_i[Bsize +: 2];
    else capacity = 15'd16384 >> (rctl_i[Bsize +: 2] - 2'd1);
  end

  // A continued frame leaves out the first buffer if its headers went alone.
  assign index = split_i && in_frame_q && split_q && index_q == '0 ? 2'd1 : index_q;

  always_comb begin
    split_capacity = '0;
    if (split_i) begin
      case (index)
        2'd0: split_capacity = {2'd0, psrctl_i[6:0], 7'd0};
        2'd1: split_capacity = {psrctl_i[13:8], 10'd0};
        2'd2: split_capacity = {psrctl_i[21:16], 10'd0};
        default: split_capacity = {psrctl_i[29:24], 10'd0};
      endcase
    end
  end

  assign split_here = split_i && !in_frame_q && frame_split_i != '0 &&
                      {6'd0, frame_split_i} <= {2'd0, psrctl_i[6:0], 7'd0};
  assign at_header = split_here && index == '0;
  assign left = in_frame_q ? left_q : frame_len_i;
  assign off = EnSplit && in_frame_q ? off_q : '0;

  always_comb begin
    if (at_header) seg = 15'(frame_split_i);
    else if (!split_i) seg = left <= capacity ? left : capacity;
    else seg = {1'b0, left} <= split_capacity ? left : split_capacity[14:0];
  end

  assign frame_ends = seg == left;
  assign desc_ends = frame_ends || !split_i || index == 2'd3;
  assign addr = desc_i[{index, 6'd0} +: 64];
  assign null_addr = addr == '0;
  assign no_write = null_addr || addr == '1 || seg == '0;
  assign seg_end = 16'(off) + 16'(seg);
  assign seg_words = WordsW'((seg_end + 16'(BeatBytes - 1)) >> OffW);
  assign seg_beats = WordsW'((16'(seg) + 16'(BeatBytes - 1)) >> OffW);

  // Reading.
  logic [WordsW-1:0] words_left_q, beats_left_q;  // to be read; to be handed on, when not aligned
  logic [AddrW:0] read_ptr_q, free_ptr_q;
  logic req_valid_q, data_valid_q, prime_q, aligned_q, read, flush, take, follow;
  logic [63:0] req_addr_q;
  logic [14:0] req_len_q;
  logic [OffW-1:0] shift_q;
  logic [DataW-1:0] hold_q;
  logic [7:0] writes_q;                           // on the way

  assign more_o = enable_i && frame_valid_i && desc_valid_i;
  assign drained = words_left_q == '0 && !req_valid_q && beats_left_q == '0 &&
                   (!data_valid_q || (aligned_q && off == '0));
  // The next write is asked for while the last word of this one is read, so that it is on the bus behind
  // it. With packet split, words are freed in between.
  assign ready = drained || (words_left_q == WordsW'(1) && read && !req_valid_q && aligned_q && off == '0 &&
                             !split_i && !no_write);
  assign start = more_o && ready && !wb_full_i && !clear_i;
  assign desc_pop_o = start && desc_ends;
  assign frame_pop_o = start && frame_ends;
  assign write_o = start && !no_write;

  // What of the descriptor is known before its last buffer.
  logic [2:0] writes_here_q, writes_here;
  logic [3*15-1:0] lens_q;
  logic [14:0] seg_len;

  assign seg_len = null_addr ? '0 : seg;
  assign writes_here = (index_q == '0 ? 3'd0 : writes_here_q) + 3'(!no_write);
  assign wb_valid_o = desc_pop_o;
  assign wb_writes_o = writes_here;
  assign wb_last_o = frame_ends;
  assign wb_header_o = split_i && (in_frame_q ? split_q : split_here) ? frame_split_i : '0;

  always_comb begin
    wb_lens_o = '0;
    if (start) begin
      if (index_q != '0) wb_lens_o[0 +: 45] = lens_q;
      wb_lens_o[15*index +: 15] = seg_len;
    end
  end

  assign flush = !aligned_q && !prime_q && !data_valid_q && words_left_q == '0 && beats_left_q != '0;
  assign take = data_valid_q && (prime_q || wr_ready_i);
  assign read = words_left_q != '0 && (!data_valid_q || take);
  assign mem_re_o = read;
  assign mem_addr_o = read_ptr_q[AddrW-1:0];
  // A word that two buffers share is read twice: with packet split, words are free when the frame is.
  assign follow = drained && !in_frame_q && free_ptr_q != read_ptr_q;
  assign read_ptr_o = split_i ? free_ptr_q : read_ptr_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      req_valid_q <= 1'b0;
      data_valid_q <= 1'b0;
      words_left_q <= '0;
      beats_left_q <= '0;
      writes_q <= '0;
      prime_q <= 1'b0;
      aligned_q <= 1'b1;
    end else begin
      if (start && !no_write) req_valid_q <= 1'b1;
      else if (wr_req_ready_i) req_valid_q <= 1'b0;

      if (read) data_valid_q <= 1'b1;
      else if (take) data_valid_q <= 1'b0;

      if (start && !no_write) words_left_q <= seg_words;
      else if (read) words_left_q <= words_left_q - 1'b1;

      if (start && !no_write) begin
        aligned_q <= off == '0;
        prime_q <= off != '0;
        if (off != '0) beats_left_q <= seg_beats;
      end else begin
        if (take) prime_q <= 1'b0;
        if (beats_left_q != '0 && wr_valid_o && wr_ready_i) beats_left_q <= beats_left_q - 1'b1;
      end

      if ((start && !no_write) != wr_done_i) writes_q <= wr_done_i ? writes_q - 1'b1 : writes_q + 1'b1;
    end

    if (!rst_ni || clear_i) begin
      in_frame_q <= 1'b0;
      index_q <= '0;
      read_ptr_q <= '0;
      free_ptr_q <= '0;
    end else begin
      if (start) begin
        in_frame_q <= !frame_ends;
        index_q <= desc_ends ? '0 : index + 2'd1;
      end
      if (start && no_write)
        read_ptr_q <= read_ptr_q + (AddrW + 1)'(seg_end >> OffW) +
                      (AddrW + 1)'(frame_ends && seg_end[OffW-1:0] != '0);
      else if (read && !(words_left_q == WordsW'(1) && reread_q)) read_ptr_q <= read_ptr_q + 1'b1;
      if (follow) free_ptr_q <= read_ptr_q;
    end

    if (start) begin
      left_q <= left - seg;
      off_q <= seg_end[OffW-1:0];
      if (!in_frame_q) split_q <= split_here;
      req_addr_q <= addr;
      req_len_q <= seg;
      shift_q <= off;
      if (split_i) begin
        writes_here_q <= writes_here;
        lens_q <= wb_lens_o[0 +: 45];
      end
    end
    if (take && !aligned_q) hold_q <= mem_data_i;
  end

  // The word in which a buffer ends is also the next one's first.
  logic reread_q;
  always_ff @(posedge clk_i) begin
    if (start) reread_q <= !frame_ends && seg_end[OffW-1:0] != '0;
  end

  function automatic logic [DataW-1:0] cut(input logic [DataW-1:0] hi, input logic [DataW-1:0] lo,
                                           input logic [OffW-1:0] by);
    logic [2*DataW-1:0] both;
    both = {hi, lo};
    cut = both[{1'b0, by, 3'b000} +: DataW];
  endfunction

  assign wr_req_valid_o = req_valid_q;
  assign wr_req_addr_o = req_addr_q;
  assign wr_req_len_o = 16'(req_len_q);
  assign wr_valid_o = (data_valid_q && !prime_q) || flush;

  always_comb begin
    if (aligned_q) wr_data_o = mem_data_i;
    else wr_data_o = cut(mem_data_i, hold_q, shift_q);
  end

  assign quiet_o = !req_valid_q && !data_valid_q && words_left_q == '0 && beats_left_q == '0 && writes_q == '0;
  assign idle_o = !start && !read && !follow && !(req_valid_q && wr_req_ready_i) && !take &&
                  !(wr_valid_o && wr_ready_i) && !wr_done_i && !clear_i;

  logic unused;
  assign unused = ^{rctl_i[31], rctl_i[26], rctl_i[24:18], rctl_i[15:0], psrctl_i[31:30],
                    psrctl_i[23:22], psrctl_i[15:14], psrctl_i[7], wb_lens_o[59:45]};
endmodule
