// SPDX-License-Identifier: MIT
//
// Moves frames from the buffer to host memory: cuts each frame into the buffers of as many
// descriptors as it takes (fact sheet 5.2b, 5.6), one write request each, and tells the write-back
// what belongs into each descriptor. A frame that finds no descriptor waits, also in its middle.
//
// A null buffer is skipped: its descriptor is used up, with length 0, and so are the bytes that would
// have gone there. Bytes for the address of all ones are dropped (fact sheet 5.6, trap 7).

module rx_deliver #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned BufferWords = 1024,
  localparam int unsigned AddrW = $clog2(BufferWords)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             clear_i,
  input  logic             enable_i,      // may begin with a buffer
  input  logic [31:0]      rctl_i,

  // Oldest frame in the buffer.
  input  logic             frame_valid_i,
  input  logic [14:0]      frame_len_i,
  input  logic [31:0]      frame_status_i,
  input  logic [15:0]      frame_ip_id_i,
  output logic             frame_pop_o,

  input  logic             desc_valid_i,
  input  logic [63:0]      desc_addr_i,
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

  // One entry a descriptor, in ring order.
  output logic             wb_valid_o,
  output logic             wb_dma_o,      // has a payload write to wait for
  output logic             wb_last_o,     // end of packet
  output logic [63:0]      wb_addr_o,
  output logic [14:0]      wb_len_o,
  output logic [31:0]      wb_status_o,
  output logic [15:0]      wb_ip_id_o,
  input  logic             wb_full_i,

  output logic             more_o,        // will begin with another buffer in this cycle or soon
  output logic             quiet_o,       // nothing on the way to memory
  output logic             idle_o
);
  localparam int unsigned OffW = $clog2(DataW / 8);
  localparam int unsigned WordsW = 15 - OffW;  // words of 16,384 bytes
  localparam int unsigned Bsize = 16, Bsex = 25, Flxbuf = 27;

  logic [14:0] capacity;
  always_comb begin
    if (rctl_i[Flxbuf +: 4] != '0) capacity = {1'b0, rctl_i[Flxbuf +: 4], 10'd0};
    else if (!rctl_i[Bsex] || rctl_i[Bsize +: 2] == '0) capacity = 15'd2048 >> rctl_i[Bsize +: 2];
    else capacity = 15'd16384 >> (rctl_i[Bsize +: 2] - 2'd1);
  end

  logic in_frame_q;
  logic [14:0] left_q, left, seg;
  logic [WordsW-1:0] seg_words, words_left_q;  // words_left_q: of the buffer in hand, not read yet
  logic seg_last, null_addr, no_write, start, read;
  logic [AddrW:0] read_ptr_q;
  logic req_valid_q, data_valid_q;
  logic [63:0] req_addr_q;
  logic [14:0] req_len_q;
  logic [7:0] writes_q;                 // on the way

  assign left = in_frame_q ? left_q : frame_len_i;
  assign seg_last = left <= capacity;
  assign seg = seg_last ? left : capacity;
  assign seg_words = WordsW'((seg + 15'(DataW / 8 - 1)) >> OffW);
  assign null_addr = desc_addr_i == '0;
  assign no_write = null_addr || desc_addr_i == '1;

  assign more_o = enable_i && frame_valid_i && desc_valid_i;
  assign start = more_o && words_left_q == '0 && !req_valid_q && !wb_full_i && !clear_i;
  assign desc_pop_o = start;
  assign frame_pop_o = start && seg_last;

  assign wb_valid_o = start;
  assign wb_dma_o = !no_write;
  assign wb_last_o = seg_last;
  assign wb_addr_o = desc_addr_i;
  assign wb_len_o = null_addr ? '0 : seg;
  assign wb_status_o = seg_last ? frame_status_i : '0;
  assign wb_ip_id_o = seg_last ? frame_ip_id_i : '0;

  assign read = words_left_q != '0 && (!data_valid_q || wr_ready_i);
  assign mem_re_o = read;
  assign mem_addr_o = read_ptr_q[AddrW-1:0];
  assign read_ptr_o = read_ptr_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      req_valid_q <= 1'b0;
      data_valid_q <= 1'b0;
      words_left_q <= '0;
      writes_q <= '0;
    end else begin
      if (start && !no_write) req_valid_q <= 1'b1;
      else if (wr_req_ready_i) req_valid_q <= 1'b0;

      if (read) data_valid_q <= 1'b1;
      else if (wr_ready_i) data_valid_q <= 1'b0;

      if (start && !no_write) words_left_q <= seg_words;
      else if (read) words_left_q <= words_left_q - 1'b1;

      if ((start && !no_write) != wr_done_i) writes_q <= wr_done_i ? writes_q - 1'b1 : writes_q + 1'b1;
    end

    if (!rst_ni || clear_i) begin
      in_frame_q <= 1'b0;
      read_ptr_q <= '0;
    end else begin
      if (start) in_frame_q <= !seg_last;
      if (start && no_write) read_ptr_q <= read_ptr_q + (AddrW + 1)'(seg_words);
      else if (read) read_ptr_q <= read_ptr_q + 1'b1;
    end

    if (start) begin
      left_q <= left - seg;
      req_addr_q <= desc_addr_i;
      req_len_q <= seg;
    end
  end

  assign wr_req_valid_o = req_valid_q;
  assign wr_req_addr_o = req_addr_q;
  assign wr_req_len_o = 16'(req_len_q);
  assign wr_valid_o = data_valid_q;
  assign wr_data_o = mem_data_i;

  assign quiet_o = !req_valid_q && !data_valid_q && words_left_q == '0 && writes_q == '0;
  assign idle_o = !start && !read && !(req_valid_q && wr_req_ready_i) && !(data_valid_q && wr_ready_i) &&
                  !wr_done_i && !clear_i;

  logic unused;
  assign unused = ^{rctl_i[31], rctl_i[26], rctl_i[24:18], rctl_i[15:0]};
endmodule
