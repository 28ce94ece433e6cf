// SPDX-License-Identifier: MIT
//
// The frame that woke (WUPL, WUPM; fact sheet 2.5): its length and its first 128 bytes, for software that
// wants to know. While the card sleeps and nothing is noted in WUS, the bytes of each frame are stored as
// they are looked at; the one that wakes stays, because none is looked at behind it. No reset clears them
// but that of power-on; software can write them.

module wake_packet (
  input  logic        clk_i,
  input  logic        clear_i,

  input  logic        req_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  input  logic        byte_valid_i,
  input  logic [6:0]  byte_index_i,
  input  logic [7:0]  byte_i,
  input  logic        woken_i,     // by the frame whose bytes came last
  input  logic [11:0] length_i
);
  localparam int unsigned Words = ringside_reg_pkg::WUPM_COUNT;

  logic [31:0] mem_q [Words];
  logic [Words-1:0] written_q;
  logic [11:0] length_q;
  logic in_length, in_memory, store, first;
  logic [4:0] index, word;
  logic [3:0] lanes;
  logic [31:0] data;

  always_comb begin
    in_length = 1'b0;
    in_memory = 1'b0;
    index = '0;
    if (req_i) begin
      in_length = addr_i == ringside_reg_pkg::WUPL_OFFSET;
      in_memory = addr_i[16:7] == ringside_reg_pkg::WUPM_OFFSET[16:7];
      index = addr_i[6:2];
    end
  end

  // A word's first byte clears what is behind it.
  assign first = byte_index_i[1:0] == '0;
  always_comb begin
    store = 1'b0;
    word = index;
    lanes = '1;
    data = wdata_i;
    if (byte_valid_i) begin
      store = 1'b1;
      word = byte_index_i[6:2];
      lanes = first ? '1 : 4'd1 << byte_index_i[1:0];
      data = first ? 32'(byte_i) : {4{byte_i}};
    end else if (in_memory && we_i) begin
      store = 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (store) begin
      for (int unsigned i = 0; i < 4; i++) if (lanes[i]) mem_q[word][8*i +: 8] <= data[8*i +: 8];
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      written_q <= '0;
      length_q <= '0;
    end else begin
      if (store) written_q[word] <= 1'b1;
      if (woken_i) length_q <= length_i;
      else if (in_length && we_i) length_q <= wdata_i[11:0];
    end
  end

  always_comb begin
    rdata_o = '0;
    if (in_length) rdata_o = 32'(length_q);
    if (in_memory && written_q[index]) rdata_o = mem_q[index];
  end

  logic unused;
  assign unused = ^addr_i[1:0];
endmodule
