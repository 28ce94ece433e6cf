// SPDX-License-Identifier: MIT
//
// sync_fifo against a shift register that holds the same words, oldest first: `head_o`, `count_o`,
// `empty_o` and `full_o` agree in every cycle, for any pushes, pops and flushes that its head allows.

module fifo_proof (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       flush_i,
  input logic       push_i,
  input logic [3:0] data_i,
  input logic       pop_i
);
  localparam int unsigned Depth = 4;

  logic [3:0] head;
  logic empty, full, reset_q;
  logic [2:0] count;

  sync_fifo #(.Width(4), .Depth(Depth)) dut (
    .clk_i, .rst_ni, .flush_i, .push_i, .data_i, .pop_i,
    .head_o (head),
    .empty_o(empty),
    .full_o (full),
    .count_o(count)
  );

  initial reset_q = 1'b0;
  always_ff @(posedge clk_i) reset_q <= 1'b1;

  logic [4*Depth-1:0] words_q, popped;
  logic [2:0] held_q, left;

  always_comb begin
    assume (rst_ni == reset_q);
    assume (!(push_i && held_q == Depth && !flush_i));
    assume (!(pop_i && held_q == '0));
    popped = pop_i ? words_q >> 4 : words_q;
    left = held_q - 3'(pop_i);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) begin
      held_q <= '0;
    end else begin
      held_q <= left + 3'(push_i);
      words_q <= popped;
      if (push_i) words_q[4*left[1:0] +: 4] <= data_i;
    end
  end

  always_comb begin
    if (rst_ni) begin
      assert (count == held_q);
      assert (empty == (held_q == '0));
      assert (full == (held_q == Depth));
      if (held_q != '0) assert (head == words_q[3:0]);
    end
  end
endmodule
