// SPDX-License-Identifier: MIT
//
// Hands out wide beats in narrow pieces, as many as each request's length (`start_i`, `len_i` bytes)
// asks for; what is left of a wide beat behind the end of its request is dropped. A request must be
// announced no later than its first wide beat is to leave.

module stream_narrow #(
  parameter int unsigned InW = 512,
  parameter int unsigned OutW = 64
) (
  input  logic            clk_i,
  input  logic            rst_ni,

  input  logic            start_i,
  input  logic [15:0]     len_i,

  input  logic [InW-1:0]  data_i,
  input  logic            valid_i,
  output logic            ready_o,

  output logic [OutW-1:0] data_o,
  output logic            valid_o,
  input  logic            ready_i,

  output logic            idle_o
);
  localparam int unsigned Ratio = InW / OutW;
  localparam int unsigned SlotW = $clog2(Ratio);
  localparam int unsigned OutBytesW = $clog2(OutW / 8);

  // Lengths of the requests that were announced, in narrow beats.
  logic empty, full, last;
  logic [4:0] count;
  logic [15:0] beats, beat_q;
  logic [SlotW-1:0] slot_q;

  sync_fifo #(.Width(16), .Depth(16)) u_requests (
    .clk_i, .rst_ni,
    .flush_i(1'b0),
    .push_i (start_i),
    .data_i ((len_i - 16'd1) >> OutBytesW),
    .pop_i  (valid_o && ready_i && last),
    .head_o (beats),
    .empty_o(empty),
    .full_o (full),
    .count_o(count)
  );

  assign last = beat_q == beats;
  assign valid_o = valid_i && !empty;
  assign ready_o = valid_o && ready_i && (last || slot_q == SlotW'(Ratio - 1));
  assign data_o = data_i[slot_q*OutW +: OutW];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q <= '0;
      slot_q <= '0;
    end else if (valid_o && ready_i) begin
      beat_q <= last ? '0 : beat_q + 1'b1;
      slot_q <= ready_o ? '0 : slot_q + 1'b1;
    end
  end

  assign idle_o = !start_i && !(valid_o && ready_i);

  logic unused;
  assign unused = ^{full, count};
endmodule
