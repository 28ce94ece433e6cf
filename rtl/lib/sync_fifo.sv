// SPDX-License-Identifier: MIT
//
// First-in first-out queue of one clock: a memory of `Depth` (power of two) words, the oldest one
// always on `head_o`. Pushing while full or popping while empty is the caller's error. A flush
// empties the queue and wins over a push in the same cycle. Registers change only by push, pop or flush.

module sync_fifo #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 16,
  localparam int unsigned PtrW = $clog2(Depth)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             flush_i,

  input  logic             push_i,
  input  logic [Width-1:0] data_i,
  input  logic             pop_i,
  output logic [Width-1:0] head_o,

  output logic             empty_o,
  output logic             full_o,
  output logic [PtrW:0]    count_o
);
  logic [Width-1:0] mem_q [Depth];
  logic [PtrW:0] wr_q, rd_q;

  assign count_o = wr_q - rd_q;
  assign empty_o = wr_q == rd_q;
  assign full_o = count_o[PtrW];
  assign head_o = mem_q[rd_q[PtrW-1:0]];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wr_q <= '0;
      rd_q <= '0;
    end else if (flush_i) begin
      rd_q <= wr_q;
    end else begin
      if (push_i) wr_q <= wr_q + 1'b1;
      if (pop_i) rd_q <= rd_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push_i) mem_q[wr_q[PtrW-1:0]] <= data_i;
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(push_i && full_o && !flush_i));  // no push while full
      assert (!(pop_i && empty_o));  // no pop while empty
    end
  end
endmodule
