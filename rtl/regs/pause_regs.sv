// SPDX-License-Identifier: MIT
//
// The registers of flow control (fact sheet 2.1, 2.3): what pause frames look like (FCAL, FCAH, FCT),
// when they are sent and with which times (FCRTL, FCRTH, FCTTV, FCRTV).

module pause_regs (
  input  logic        clk_i,
  input  logic        clear_i,

  input  logic        req_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  output logic [47:0] address_o,  // first byte on the wire in bits 7:0
  output logic [15:0] type_o,
  output logic [15:0] time_o,
  output logic [15:0] refresh_o,
  output logic [15:0] high_o,     // bytes
  output logic [15:0] low_o,
  output logic        xon_en_o
);
  logic [47:0] address_q;
  logic [15:0] type_q, time_q, refresh_q, high_q, low_q;
  logic xon_en_q;

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      address_q <= '0;
      type_q <= '0;
      time_q <= '0;
      refresh_q <= '0;
      high_q <= '0;
      low_q <= '0;
      xon_en_q <= 1'b0;
    end else if (req_i && we_i) begin
      case (addr_i)
        ringside_reg_pkg::FCAL_OFFSET: address_q[31:0] <= wdata_i;
        ringside_reg_pkg::FCAH_OFFSET: address_q[47:32] <= wdata_i[15:0];
        ringside_reg_pkg::FCT_OFFSET: type_q <= wdata_i[15:0];
        ringside_reg_pkg::FCTTV_OFFSET: time_q <= wdata_i[15:0];
        ringside_reg_pkg::FCRTV_OFFSET: refresh_q <= wdata_i[15:0];
        ringside_reg_pkg::FCRTH_OFFSET: high_q <= wdata_i[15:0];
        ringside_reg_pkg::FCRTL_OFFSET: begin
          low_q <= wdata_i[15:0];
          xon_en_q <= wdata_i[ringside_reg_pkg::FCRTL_XONE_BIT];
        end
        default: ;
      endcase
    end
  end

  always_comb begin
    rdata_o = '0;
    if (req_i) begin
      case (addr_i)
        ringside_reg_pkg::FCAL_OFFSET: rdata_o = address_q[31:0];
        ringside_reg_pkg::FCAH_OFFSET: rdata_o = 32'(address_q[47:32]);
        ringside_reg_pkg::FCT_OFFSET: rdata_o = 32'(type_q);
        ringside_reg_pkg::FCTTV_OFFSET: rdata_o = 32'(time_q);
        ringside_reg_pkg::FCRTV_OFFSET: rdata_o = 32'(refresh_q);
        ringside_reg_pkg::FCRTH_OFFSET: rdata_o = 32'(high_q);
        ringside_reg_pkg::FCRTL_OFFSET: rdata_o = {xon_en_q, 15'd0, low_q};
        default: ;
      endcase
    end
  end

  assign address_o = address_q;
  assign type_o = type_q;
  assign time_o = time_q;
  assign refresh_o = refresh_q;
  assign high_o = high_q;
  assign low_o = low_q;
  assign xon_en_o = xon_en_q;
endmodule
