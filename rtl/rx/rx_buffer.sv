// SPDX-License-Identifier: MIT
//
// Memory between wire and host: words of one beat, one write and one read port. The read word
// appears one cycle after its address and stays until the next read.
//
// A frame whose VLAN tag is left out moves up by 4 bytes: its words are joined from two beats.

module rx_buffer #(
  parameter int unsigned DataW = 1024,
  parameter int unsigned Words = 1024,
  localparam int unsigned AddrW = $clog2(Words)
) (
  input  logic             clk_i,
  input  logic             we_i,
  input  logic [AddrW-1:0] waddr_i,
  input  logic             wzero_i,  // writes zeros
  input  logic             wjoin_i,  // writes the rest of an earlier word and 4 new bytes behind it
  input  logic             wkeep_i,  // keeps what of wdata_i belongs to the next word
  input  logic             wtag_i,   // wdata_i has a VLAN tag to leave out, at byte 12
  input  logic [DataW-1:0]     wdata_i,
  input  logic             re_i,
  input  logic [AddrW-1:0] raddr_i,
  output logic [DataW-1:0]     rdata_o
);
  logic [DataW-1:0] mem_q [Words];
  logic [DataW-1:0] rdata_q;
  logic [DataW-33:0] rest_q;

  always_ff @(posedge clk_i) begin
    if (we_i) begin
      if (wjoin_i) mem_q[waddr_i] <= {wzero_i ? 32'd0 : wdata_i[31:0], rest_q};
      else if (wzero_i) mem_q[waddr_i] <= '0;
      else mem_q[waddr_i] <= wdata_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (wkeep_i) rest_q <= wtag_i ? {wdata_i[DataW-1:128], wdata_i[95:0]} : wdata_i[DataW-1:32];
  end

  always_ff @(posedge clk_i) begin
    if (re_i) rdata_q <= mem_q[raddr_i];
  end

  assign rdata_o = rdata_q;
endmodule
