// SPDX-License-Identifier: MIT
//
// One descriptor ring's registers (82574 fact sheet 2.3, 2.4): base, length and tail, which software
// writes, and the head, which its engine keeps. `Base` is the offset of the ring's first register; the
// others lie at the same places behind it for all four rings of the card.

module ring_regs #(
  parameter logic [16:0] Base = ringside_reg_pkg::TDBAL0_OFFSET
) (
  input  logic        clk_i,
  input  logic        clear_i,

  input  logic        req_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  output logic [63:0] base_o,
  output logic [19:0] len_o,     // bytes
  output logic [15:0] tail_o,
  output logic        head_we_o,
  input  logic [15:0] head_i
);
  localparam logic [4:0] Low = 5'h00, High = 5'h04, Length = 5'h08, Head = 5'h10, Tail = 5'h18;

  logic [31:0] low_q, high_q;
  logic [19:0] len_q;
  logic [15:0] tail_q;
  logic here;

  assign here = req_i ? addr_i[16:5] == Base[16:5] : 1'b0;

  always_comb begin
    rdata_o = '0;
    head_we_o = 1'b0;
    if (here) begin
      head_we_o = we_i && addr_i[4:0] == Head;
      case (addr_i[4:0])
        Low: rdata_o = low_q;
        High: rdata_o = high_q;
        Length: rdata_o = 32'(len_q);
        Head: rdata_o = 32'(head_i);
        Tail: rdata_o = 32'(tail_q);
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      low_q <= '0;
      high_q <= '0;
      len_q <= '0;
      tail_q <= '0;
    end else if (here && we_i) begin
      case (addr_i[4:0])
        Low: low_q <= wdata_i;
        High: high_q <= wdata_i;
        Length: len_q <= wdata_i[19:0];
        Tail: tail_q <= wdata_i[15:0];
        default: ;
      endcase
    end
  end

  assign base_o = {high_q, low_q};
  assign len_o = len_q;
  assign tail_o = tail_q;
endmodule
